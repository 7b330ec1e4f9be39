import { strict as assert } from "node:assert";
import { counted, quantileInterval, quantileRanks, replicatedQuantileInterval } from "../../src/stats/index.ts";

describe("quantile interval by order statistics", () => {
  it("has the ranks of printed tables for a median at 95 %", () => {
    // Conover, Practical Nonparametric Statistics, and coverage summed from the binomial(n, 1/2) terms.
    assert.deepEqual(quantileRanks(10, 0.5, 0.95), { lowRank: 2, highRank: 9, coverage: 1 - (2 * 11) / 1024 });
    const twenty = quantileRanks(20, 0.5, 0.95);
    assert.deepEqual([twenty.lowRank, twenty.highRank, twenty.coverage.toFixed(4)], [6, 15, "0.9586"]);
    const thirty = quantileRanks(30, 0.5, 0.95);
    assert.deepEqual([thirty.lowRank, thirty.highRank, thirty.coverage.toFixed(4)], [10, 21, "0.9572"]);
  });

  it("takes the innermost ranks: brute force over all of them", () => {
    for (const [n, p, level] of [
      [7, 0.5, 0.8],
      [40, 0.9, 0.95],
      [25, 0.2, 0.99],
    ] as const) {
      const pmf = [1];
      for (let trial = 0; trial < n; trial++) {
        pmf.push(0);
        for (let k = trial + 1; k >= 0; k--) pmf[k] = (pmf[k] as number) * (1 - p) + (k > 0 ? (pmf[k - 1] as number) * p : 0);
      }
      const below = (rank: number): number => pmf.slice(0, rank).reduce((sum, chance) => sum + chance, 0);
      let lowRank = 0;
      while (below(lowRank + 1) <= (1 - level) / 2) lowRank++;
      let highRank = n + 1;
      while (1 - below(highRank - 1) <= (1 - level) / 2) highRank--;
      const found = quantileRanks(n, p, level);
      assert.deepEqual([found.lowRank, found.highRank], [lowRank, highRank]);
      assert.ok(Math.abs(found.coverage - (below(highRank) - below(lowRank))) < 1e-12);
    }
  });

  it("a p99 has no upper bound at 95 % until 0.99^n <= 0.025, which is 368 values", () => {
    const values = Float64Array.from({ length: 368 }, (_, i) => (i * 151) % 368);
    assert.equal(quantileInterval(values.subarray(0, 367), 0.99, 0.95).high, Number.POSITIVE_INFINITY);
    // 365th of 368: ceil(0.99 * 368 = 364.32); the largest value is 367.
    const { estimate, high, n } = quantileInterval(values, 0.99, 0.95);
    assert.deepEqual([estimate, high, n], [364, 367, 368]);
  });

  it("refuses no values and impossible shares", () => {
    assert.throws(() => quantileInterval([], 0.5, 0.95), RangeError);
    assert.throws(() => quantileInterval([1], 1, 0.95), RangeError);
    assert.throws(() => quantileInterval([1], 0.5, 1), RangeError);
  });
});

describe("quantile interval over replications", () => {
  it("by hand: four runs of five values", () => {
    // Pooled 1..20, median the 10th: 10. Shares up to 10: 1, 1, 0, 0 (the first two runs hold 1..10), less 0.5: +-0.5, variance
    // 1/3, error sqrt(1/12) = 0.2887, times t(0.9, 3) = 1.6377 is 0.4728: shares 0.0272 and 0.9728, ranks 0 (0.54) and 20 (19.46 + 1).
    const runs = [0, 5, 10, 15].map((first) => [1, 2, 3, 4, 5].map((i) => first + i)).map(counted);
    assert.deepEqual(replicatedQuantileInterval(runs, 0.5, 0.8), { estimate: 10, low: Number.NEGATIVE_INFINITY, high: 20, n: 20 });
    // Runs that agree: every fourth value each, 3, 3, 2, 2 of five up to 10, less 2.5 is +-0.1; error 0.0577, times t 0.0945;
    // shares 0.4055 and 0.5945, ranks 8 (8.11) and 12 (11.89 + 1).
    const mixed = [1, 2, 3, 4].map((first) => [0, 4, 8, 12, 16].map((i) => first + i)).map(counted);
    assert.deepEqual(replicatedQuantileInterval(mixed, 0.5, 0.8), { estimate: 10, low: 8, high: 12, n: 20 });
  });

  it("takes a long run for no more extreme than a short one with the same share", () => {
    // Pooled 1..12, median 6. Up to 6 lie 1 of 2, 2 of 4 and 3 of 6: every share is a half, so nothing spreads and only ranks 6 and 7 are left.
    const runs = [
      [1, 12],
      [2, 3, 10, 11],
      [4, 5, 6, 7, 8, 9],
    ].map(counted);
    assert.deepEqual(replicatedQuantileInterval(runs, 0.5, 0.95), { estimate: 6, low: 6, high: 7, n: 12 });
  });

  it("weighs runs by their number of values, and knows nothing from one run", () => {
    // 9 of the 10 values are in the second run; its share decides.
    assert.equal(replicatedQuantileInterval([[100], [1, 2, 3, 4, 5, 6, 7, 8, 9]].map(counted), 0.5, 0.95).estimate, 5);
    const { low, high } = replicatedQuantileInterval([counted([1, 2, 3])], 0.5, 0.95);
    assert.deepEqual([low, high], [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    assert.throws(() => replicatedQuantileInterval([counted([]), counted([])], 0.5, 0.95), RangeError);
  });
});
