import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import { bootstrapInterval, mean, pairUp, percentileOfSorted, relativeDifference } from "../../src/stats/index.ts";

const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} +- ${tolerance}`);

describe("bootstrap", () => {
  it("percentile: as all 256 samples of four values say", () => {
    const items = [0, 1, 3, 9];
    const sums: number[] = [];
    for (let code = 0; code < 256; code++) sums.push([0, 2, 4, 6].reduce((sum, bit) => sum + (items[(code >> bit) & 3] as number), 0));
    sums.sort((a, b) => a - b);
    const total = (sample: readonly number[]): number => sample.reduce((sum, value) => sum + value, 0);
    const { estimate, low, high } = bootstrapInterval(items, total, { method: "percentile", level: 0.8, resamples: 20_000 }, rootRng(3));
    // Shares of 20 000 resamples are within 5 sqrt(0.1 * 0.9 / 20000) = 0.011 of the true ones.
    assert.equal(estimate, 13);
    assert.ok(percentileOfSorted(sums, 0.089) <= low && low <= percentileOfSorted(sums, 0.111));
    assert.ok(percentileOfSorted(sums, 0.889) <= high && high <= percentileOfSorted(sums, 0.911));
  });

  it("has the intervals of SciPy 1.17 stats.bootstrap with 400 000 resamples", () => {
    // Of two seeds there: percentile 1.13 to 3.415, BCa 1.28 to 3.705; 40 000 resamples here are good to about 0.03.
    const values = [1.2, 0.3, 4.8, 0.9, 2.1, 0.1, 7.4, 1.6, 0.5, 3.0];
    const options = { level: 0.9, resamples: 40_000 };
    const percentile = bootstrapInterval(values, mean, { ...options, method: "percentile" }, rootRng(4));
    near(percentile.low, 1.13, 0.03);
    near(percentile.high, 3.415, 0.06);
    const bca = bootstrapInterval(values, mean, { ...options, method: "bca" }, rootRng(4));
    near(bca.low, 1.28, 0.03);
    near(bca.high, 3.705, 0.06);
  });

  it("keeps pairs together: a ratio of means, SciPy's BCa with paired=True", () => {
    const pairs = pairUp([10.1, 12.4, 9.8, 15.0, 11.2, 13.3, 10.9, 14.1], [11.0, 12.9, 10.9, 15.2, 12.5, 13.9, 11.1, 15.6]);
    const { estimate, low, high } = bootstrapInterval(
      pairs,
      relativeDifference,
      { method: "bca", level: 0.9, resamples: 20_000 },
      rootRng(5),
    );
    near(estimate, 96.8 / 103.1 - 1, 1e-12); // sums of the two columns
    near(low, -0.0816, 0.001);
    near(high, -0.0397, 0.001);
  });

  it("corrects nothing for a symmetric sample, and is a point without spread", () => {
    const symmetric = [-4, -2, -1, 0, 1, 2, 4];
    const options = { level: 0.9, resamples: 20_000 };
    const percentile = bootstrapInterval(symmetric, mean, { ...options, method: "percentile" }, rootRng(6));
    const bca = bootstrapInterval(symmetric, mean, { ...options, method: "bca" }, rootRng(6));
    near(bca.low, percentile.low, 0.15); // one step of the lattice of means is 1/7
    near(bca.high, percentile.high, 0.15);
    const flat = bootstrapInterval([2, 2, 2], mean, { method: "bca", level: 0.9, resamples: 100 }, rootRng(6));
    assert.deepEqual(flat, { estimate: 2, low: 2, high: 2, n: 3 });
  });

  it("counts half of the ties, so a symmetric sample has no bias", () => {
    // Of four draws from 0, 0, 1, 1 the share of ones is 0, 1/4, ... 1 with chances 1, 4, 6, 4, 1 of 16: at 10 % it is 1/4.
    const { low, high } = bootstrapInterval([0, 0, 1, 1], mean, { method: "bca", level: 0.8, resamples: 5000 }, rootRng(8));
    assert.deepEqual([low, high], [0.25, 0.75]);
  });

  it("stays among the resamples where the correction has no value", () => {
    // Hardly a resample of 20 (2 in 1e8) has 20 different items: all lie above the estimate, the bias would be infinite.
    const same = (sample: readonly number[]): number => -new Set(sample).size;
    const { estimate, low, high } = bootstrapInterval(
      [...Array(20).keys()],
      same,
      { method: "bca", level: 0.8, resamples: 1000 },
      rootRng(9),
    );
    assert.ok(estimate === -20 && estimate < low && low === high);
    // One of ten stands out: acceleration 0.72 / (6 * 0.9^1.5) = 0.1405, its pole at 7.1 deviations, short of this level's.
    const spike = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    const options = { level: 1 - 1e-12, resamples: 1000 };
    const corrected = bootstrapInterval(spike, mean, { ...options, method: "bca" }, rootRng(9));
    assert.equal(corrected.high, bootstrapInterval(spike, mean, { ...options, method: "percentile" }, rootRng(9)).high);
  });

  it("same stream, same interval; one item is refused", () => {
    const options = { method: "bca", level: 0.95, resamples: 500 } as const;
    assert.deepEqual(bootstrapInterval([1, 2, 5], mean, options, rootRng(7)), bootstrapInterval([1, 2, 5], mean, options, rootRng(7)));
    assert.throws(() => bootstrapInterval([1], mean, options, rootRng(7)), RangeError);
    assert.throws(() => bootstrapInterval([1, 2], mean, { ...options, level: 95 }, rootRng(7)), RangeError);
  });
});
