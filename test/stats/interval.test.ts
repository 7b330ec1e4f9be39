import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import { mean, tCdf, tInterval, tQuantile, variance } from "../../src/stats/index.ts";

describe("Student t", () => {
  // Printed tables (NIST/SEMATECH e-Handbook 1.3.6.7.2), three decimals.
  const table: readonly [degrees: number, p95: number, p975: number, p995: number][] = [
    [1, 6.314, 12.706, 63.657],
    [2, 2.92, 4.303, 9.925],
    [3, 2.353, 3.182, 5.841],
    [5, 2.015, 2.571, 4.032],
    [10, 1.812, 2.228, 3.169],
    [19, 1.729, 2.093, 2.861],
    [30, 1.697, 2.042, 2.75],
    [100, 1.66, 1.984, 2.626],
  ];

  it("has the quantiles of the printed table", () => {
    for (const [degrees, p95, p975, p995] of table) {
      for (const [p, printed] of [
        [0.95, p95],
        [0.975, p975],
        [0.995, p995],
      ] as const) {
        assert.ok(
          Math.abs(tQuantile(p, degrees) - printed) <= 0.00051,
          `t(${p}, ${degrees}) = ${tQuantile(p, degrees)}, printed ${printed}`,
        );
      }
    }
  });

  it("has the closed forms at 1 and 2 degrees, to 1e-9", () => {
    for (const p of [0.0005, 0.025, 0.3, 0.5001, 0.9, 0.975, 0.9995]) {
      const cauchy = Math.tan(Math.PI * (p - 0.5));
      const two = (2 * p - 1) / Math.sqrt(2 * p * (1 - p));
      assert.ok(Math.abs(tQuantile(p, 1) / cauchy - 1) < 1e-9);
      assert.ok(Math.abs(tQuantile(p, 2) / two - 1) < 1e-9);
    }
  });

  it("tends to the normal law, and is undone by its distribution function", () => {
    assert.ok(Math.abs(tQuantile(0.975, 1e6) - 1.959964) < 1e-5);
    for (const degrees of [1, 4, 29, 500]) assert.ok(Math.abs(tCdf(tQuantile(0.983, degrees), degrees) - 0.983) < 1e-11);
    assert.ok(Math.abs(tQuantile(0.5, 7)) < 1e-9);
  });

  it("refuses probabilities outside (0, 1)", () => {
    assert.throws(() => tQuantile(1, 5), RangeError);
    assert.throws(() => tQuantile(Number.NaN, 5), RangeError);
    assert.throws(() => tQuantile(0.9, 0), RangeError);
  });
});

describe("tInterval", () => {
  it("by hand: 1, 2, 3, 4", () => {
    // mean 2.5, variance (2.25 + 0.25 + 0.25 + 2.25) / 3 = 5/3, standard error sqrt(5/12) = 0.6455, t(0.975, 3) = 3.1824
    const interval = tInterval([1, 2, 3, 4], 0.95);
    assert.equal(interval.mean, 2.5);
    assert.equal(interval.n, 4);
    assert.ok(Math.abs(interval.high - (2.5 + 3.18245 * Math.sqrt(5 / 12))) < 1e-5);
    assert.ok(Math.abs(interval.low + interval.high - 5) < 1e-12);
  });

  it("covers the mean of uniform draws about as often as it says", () => {
    const uniform = rootRng(11).uniform;
    let covered = 0;
    for (let trial = 0; trial < 2000; trial++) {
      const { low, high } = tInterval(Float64Array.from({ length: 10 }, uniform), 0.9);
      if (low <= 0.5 && 0.5 <= high) covered++;
    }
    // 5 sigma of a binomial share: 5 sqrt(0.9 * 0.1 / 2000) = 0.034
    assert.ok(Math.abs(covered / 2000 - 0.9) < 0.034, `covered ${covered / 2000}`);
  });

  it("one value has no finite interval, none has no mean", () => {
    assert.deepEqual(tInterval([7], 0.95), { mean: 7, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, n: 1 });
    assert.throws(() => tInterval([], 0.95), RangeError);
    assert.ok(Number.isNaN(variance([7])));
    assert.equal(variance([1, 3]), 2); // (1 + 1) / (2 - 1)
  });

  it("sums without loss", () => {
    assert.equal(mean([1e16, 1, 1, -1e16]), 0.5);
  });
});
