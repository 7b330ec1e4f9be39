import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import { cholesky, controlledInterval, mean, solveCholesky, solveLower, tInterval, tQuantile } from "../../src/stats/index.ts";
import { stationaryQueue } from "./experiments.ts";

/** Least squares with an intercept by Gauss-Jordan on the normal equations of the columns [1, ...]; gives coefficients and inverse. */
function leastSquares(columns: readonly number[][], y: readonly number[]): { beta: number[]; inverse: number[][]; residual: number } {
  const size = columns.length;
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  const rows = columns.map((column, i) => [
    ...columns.map((other) => dot(column, other)),
    ...columns.map((_, j) => (i === j ? 1 : 0)),
    dot(column, y),
  ]);
  for (let pivot = 0; pivot < size; pivot++) {
    const head = rows[pivot] as number[];
    const scale = head[pivot] as number;
    head.forEach((value, k) => {
      head[k] = value / scale;
    });
    for (const [i, row] of rows.entries()) {
      if (i === pivot) continue;
      const factor = row[pivot] as number;
      row.forEach((value, k) => {
        row[k] = value - factor * (head[k] as number);
      });
    }
  }
  const beta = rows.map((row) => row.at(-1) as number);
  const fitted = y.map((_, i) =>
    dot(
      beta,
      columns.map((column) => column[i] as number),
    ),
  );
  return {
    beta,
    inverse: rows.map((row) => row.slice(size, 2 * size)),
    residual: y.reduce((sum, value, i) => sum + (value - (fitted[i] as number)) * (value - (fitted[i] as number)), 0),
  };
}

const close = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} +- ${tolerance}`);

describe("Cholesky", () => {
  it("by hand", () => {
    // L = [2 0 0; 1 3 0; -1 2 1]
    const factor = cholesky([4, 2, -2, 2, 10, 5, -2, 5, 6], 3);
    assert.deepEqual([...factor], [2, 0, 0, 1, 3, 0, -1, 2, 1]);
    assert.deepEqual([...solveLower(factor, [2, 7, 4])], [1, 2, 1]);
    // The matrix times (1, -1, 2): 4 - 2 - 4, 2 - 10 + 10, -2 - 5 + 12
    assert.deepEqual([...solveCholesky(factor, [-2, 2, 5])], [1, -1, 2]);
  });

  it("refuses what is not positive definite", () => {
    assert.throws(() => cholesky([1, 2, 2, 1], 2), RangeError);
    assert.throws(() => cholesky([1, 2, 2, 4], 2), RangeError);
    assert.throws(() => cholesky([0.1 * 0.1, 0.1 * 0.3, 0.1 * 0.3, 0.3 * 0.3], 2), RangeError);
  });
});

describe("control variates", () => {
  const runs = Array.from({ length: 15 }, (_, i) => stationaryQueue(500, rootRng(31).fork(`run-${i}`)));
  const waits = runs.map((run) => mean(run.waits));
  const gaps = runs.map(({ meanGap }) => meanGap);
  const services = runs.map(({ meanService }) => meanService);

  it("is the intercept of least squares at the known means, with its textbook error", () => {
    const found = controlledInterval(
      waits,
      [
        { values: gaps, knownMean: 2 },
        { values: services, knownMean: 1 },
      ],
      0.95,
    );
    const { beta, inverse, residual } = leastSquares(
      [waits.map(() => 1), gaps.map((gap) => gap - 2), services.map((service) => service - 1)],
      waits,
    );
    close(found.mean, beta[0] as number, 1e-9);
    close(found.slopes[0] as number, beta[1] as number, 1e-9);
    close(found.slopes[1] as number, beta[2] as number, 1e-9);
    const error = Math.sqrt((residual / 12) * (inverse[0]?.[0] as number)); // 15 runs, three coefficients
    close((found.high - found.low) / 2, tQuantile(0.975, 12) * error, 1e-9);
    assert.ok((found.slopes[0] as number) < 0 && (found.slopes[1] as number) > 0, "rare customers wait less, long services make wait");
    assert.ok(found.varianceRatio < 0.9, `variance ratio ${found.varianceRatio}`);
  });

  it("without controls is the t interval, with a perfect one a point", () => {
    const { mean: center, low, high } = controlledInterval(waits, [], 0.9);
    const plain = tInterval(waits, 0.9);
    close(center, plain.mean, 1e-15);
    close(low, plain.low, 1e-12);
    close(high, plain.high, 1e-12);
    // y = 3 + 2 (x - 10): at the known mean 10 it is 3, whatever x occurred.
    const perfect = controlledInterval([1, 5, 7, 11], [{ values: [9, 11, 12, 14], knownMean: 10 }], 0.95);
    close(perfect.low, 3, 1e-9);
    close(perfect.high, 3, 1e-9);
  });

  it("refuses too few runs, unequal columns, and controls that depend on each other", () => {
    assert.throws(() => controlledInterval([1, 2], [{ values: [1, 2], knownMean: 1 }], 0.95), RangeError);
    assert.throws(() => controlledInterval([1, 2, 3], [{ values: [1, 2], knownMean: 1 }], 0.95), RangeError);
    const doubled = gaps.map((gap) => 2 * gap);
    assert.throws(
      () =>
        controlledInterval(
          waits,
          [
            { values: gaps, knownMean: 2 },
            { values: doubled, knownMean: 4 },
          ],
          0.95,
        ),
      RangeError,
    );
  });
});
