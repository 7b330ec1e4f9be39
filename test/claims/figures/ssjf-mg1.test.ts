/** The theory behind the figure of M/G/1, and the tables that its scenarios draw from. */
import { strict as assert } from "node:assert";
import { orderedLatencyS, studyOf } from "../../../src/claims/figures/ssjf-mg1.ts";

/** Load, and mean time in system under FCFS, SJF and SSJF with five classes: worked out elsewhere from the released files. */
const TABLE: readonly (readonly [load: number, fcfsS: number, sjfS: number, ssjfS: number])[] = [
  [0.3, 4.916, 4.732, 4.78],
  [0.5, 6.624, 5.873, 6.066],
  [0.7, 10.61, 8.0, 8.672],
  [0.8, 15.592, 10.27, 11.65],
  [0.9, 30.537, 16.329, 20.068],
  [0.95, 60.428, 27.563, 36.277],
];

const rowsOf = (text: string | undefined): readonly (readonly number[])[] =>
  (text ?? "")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
const near = (value: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(value - expected) <= tolerance, `${value} should be ${expected}`);

describe("the study of M/G/1", () => {
  const { rules, workS, workCv2, files } = studyOf();
  const latencyS = (name: string, load: number): number =>
    orderedLatencyS(rules.find((rule) => rule.name === name)?.parts ?? assert.fail(name), load / workS);

  it("has the moments of the released answers, and the table of their orders", () => {
    near(workS, 3.6353, 5e-5);
    near((1 + workCv2) * workS * workS, 21.733, 5e-4);
    for (const [load, ...expectedS] of TABLE) {
      for (const [i, name] of ["fcfs", "sjf", "ssjf"].entries()) near(latencyS(name, load), expectedS[i] as number, 5e-4 * 1.01);
    }
  });

  it("knows less by a matrix of classes, ever more so with the load", () => {
    const loses = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95].map((load) => latencyS("ssjf-matrix", load) / latencyS("ssjf", load) - 1);
    assert.deepEqual(
      loses.toSorted((a, b) => a - b),
      loses,
    );
    near(loses[3] as number, 0.016, 5e-4);
  });

  it("orders two keys as it says in the books", () => {
    // Half of the requests of 0.5 s and half of 1.5 s, load 0.6: W0 = 0.6 (0.25 + 2.25)/4 = 0.375; s_1 = 0.15.
    const parts = [0.5, 1.5].map((each, key) => ({ key, share: 0.5, workS: each }));
    near(orderedLatencyS(parts, 0.6), 1 + (0.375 / 0.85 + 0.375 / (0.85 * 0.4)) / 2, 1e-12);
  });

  it("draws every length and every prediction with its own share", () => {
    // Between two quantiles a draw is uniform, half a token around a length: the mean is that of the lengths.
    const quantiles = rowsOf(files["lengths.csv"]);
    const tokens = quantiles.slice(1).reduce((sum, [quantile, value], i) => {
      const [before, from] = quantiles[i] as readonly [number, number];
      assert.ok(Math.abs((value as number) - from - 1) < 1e-12);
      return sum + ((quantile as number) - before) * ((value as number) - 0.5);
    }, 0);
    near(0.1 + 0.02 * tokens, workS, 1e-9);
    // Five columns say something: the first lengths of the classes. Row 0 stands for 2 tokens, the least there is.
    const matrix = rowsOf(files["predictions.csv"]);
    const said = new Set(matrix.flatMap(([, ...shares]) => shares.flatMap((share, k) => (share > 0 ? [k] : []))));
    assert.deepEqual(
      [...said].sort((a, b) => a - b).map((k) => matrix[k]?.[0]),
      [0, 42, 141, 294, 503],
    );
    for (const [, ...shares] of matrix)
      near(
        shares.reduce((sum, share) => sum + share, 0),
        1,
        1e-12,
      );
  });
});
