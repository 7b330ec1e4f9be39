import { strict as assert } from "node:assert";
import { type BatchMeansInterval, replicationStep, seriesStep, tQuantile } from "../../src/stats/index.ts";

const precision = { relative: 0.1, level: 0.95, minRuns: 3, maxRuns: 6 };

describe("stopping over replications", () => {
  it("by hand: 10, 12, 11, then 11", () => {
    // Three values: mean 11, variance 1, half-width 4.3027 / sqrt(3) = 2.484, wanted 0.1 / 1.1 * 11 = 1.
    const third = replicationStep([10, 12, 11], precision);
    assert.deepEqual([third.kind, third.why], ["continue", "too-wide"]);
    assert.ok(Math.abs(third.interval.high - (11 + 4.3027 / Math.sqrt(3))) < 1e-4);
    // Four: variance 2/3, half-width 3.1824 sqrt(1/6) = 1.299. Six with two more 11: variance 2/5, 2.5706 sqrt(1/15) = 0.664.
    assert.equal(replicationStep([10, 12, 11, 11], precision).kind, "continue");
    const sixth = replicationStep([10, 12, 11, 11, 11, 11], precision);
    assert.deepEqual([sixth.kind, sixth.why], ["stop", "precise"]);
  });

  it("waits for the least number and ends at the cap", () => {
    assert.equal(replicationStep([5], precision).why, "too-few");
    assert.equal(replicationStep([5, 5], precision).why, "too-few");
    assert.equal(replicationStep([5, 5, 5], precision).why, "precise");
    assert.deepEqual(replicationStep([1, 9, 1, 9, 1, 9], precision).why, "cap");
    assert.equal(replicationStep([-1, 1, -1, 1, -1, 1], precision).why, "cap"); // a share of a mean of zero is never reached
    assert.equal(replicationStep([-10, -10.1, -10], precision).why, "precise");
  });

  it("keeps the error below the share of the truth, not of the estimate", () => {
    // Mean 1 with half-width w: the truth may be 1 - w, and w / (1 - w) <= 0.1 asks for w <= 1/11.
    // 1 - d, 1, 1 + d have variance d^2 and half-width t d / sqrt(3).
    const spread = (halfWidth: number): number[] => [-1, 0, 1].map((side) => 1 + (side * halfWidth * Math.sqrt(3)) / tQuantile(0.975, 2));
    assert.equal(replicationStep(spread(1 / 11 - 1e-9), precision).kind, "stop");
    assert.equal(replicationStep(spread(1 / 11 + 1e-9), precision).kind, "continue");
  });

  it("refuses what cannot be met", () => {
    assert.throws(() => replicationStep([], precision), RangeError);
    assert.throws(() => replicationStep([1], { ...precision, relative: 0 }), RangeError);
    assert.throws(() => replicationStep([1], { ...precision, minRuns: 1 }), RangeError);
    assert.throws(() => replicationStep([1], { ...precision, minRuns: 7 }), RangeError);
  });
});

describe("stopping one long run", () => {
  const batches = (change: Partial<BatchMeansInterval>): BatchMeansInterval => ({
    mean: 2,
    halfWidth: 0.1,
    batchCount: 20,
    batchSize: 100,
    independent: true,
    n: 2000,
    ...change,
  });
  const relative = { kind: "relative", error: 0.06 } as const;

  it("stops at the width asked for, absolute or relative", () => {
    assert.equal(seriesStep(batches({}), { kind: "absolute", halfWidth: 0.1 }, 1e6).why, "precise");
    assert.equal(seriesStep(batches({}), { kind: "absolute", halfWidth: 0.09 }, 1e6).why, "too-wide");
    assert.equal(seriesStep(batches({}), relative, 1e6).why, "precise"); // 0.06 / 1.06 * 2 = 0.113
    assert.equal(seriesStep(batches({ mean: 1 }), relative, 1e6).why, "too-wide");
  });

  it("does not trust batches that follow each other, nor fewer than ten, and ends at the cap", () => {
    assert.deepEqual(seriesStep(batches({ independent: false }), relative, 1e6).why, "dependent");
    assert.deepEqual(seriesStep(batches({ halfWidth: Number.POSITIVE_INFINITY, batchCount: 4 }), relative, 1e6).why, "too-few");
    assert.equal(seriesStep(batches({ independent: false }), relative, 2000).why, "cap");
  });
});
