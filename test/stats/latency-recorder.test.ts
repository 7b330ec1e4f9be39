import { strict as assert } from "node:assert";
import { type Rng, rootRng } from "../../src/kernel/index.ts";
import { LatencyRecorder, logEdges, nearestRank, percentileOfSorted } from "../../src/stats/index.ts";
import { LogHistogram } from "../../src/stats/log-histogram.ts";

const exponentials = (count: number, rng: Rng): number[] => Array.from({ length: count }, () => -Math.log1p(-rng.uniform()));

function recorderOf(values: readonly number[], exactLimit?: number): LatencyRecorder {
  const recorder = new LatencyRecorder(exactLimit);
  for (const value of values) recorder.add(value);
  return recorder;
}

describe("nearest rank", () => {
  it("is the ceil(p n)-th smallest", () => {
    // n = 5: p50 -> ceil(2.5) = 3rd, p20 -> 1st, p21 -> 2nd, p100 -> 5th, p0 -> 1st
    const sorted = [10, 20, 30, 40, 50];
    assert.deepEqual(
      [0.5, 0.2, 0.21, 1, 0].map((p) => percentileOfSorted(sorted, p)),
      [30, 10, 20, 50, 10],
    );
    assert.ok(Number.isNaN(percentileOfSorted([], 0.5)));
  });

  it("does not slip by the rounding of p n", () => {
    for (const n of [100, 1000, 1_000_000]) {
      for (let rank = 1; rank <= 100; rank++) assert.equal(nearestRank(rank / 100, n), (rank * n) / 100);
    }
  });

  it("refuses percent", () => {
    assert.throws(() => nearestRank(99, 5), RangeError);
    assert.throws(() => nearestRank(Number.NaN, 5), RangeError);
  });
});

describe("LatencyRecorder", () => {
  it("is exact below its limit: equal to sorting, also between adds", () => {
    const values = exponentials(5000, rootRng(1));
    const recorder = recorderOf(values.slice(0, 2500));
    recorder.percentile(0.5);
    for (const value of values.slice(2500)) recorder.add(value);
    const sorted = [...values].sort((a, b) => a - b);
    for (const p of [0, 0.001, 0.5, 0.9, 0.99, 0.999, 1])
      assert.equal(recorder.percentile(p), sorted[Math.max(1, Math.ceil(p * 5000)) - 1]);
    assert.equal(recorder.estimator, "exact");
    assert.equal(recorder.n, 5000);
    assert.equal(recorder.max, sorted[4999]);
    assert.equal(recorder.min, sorted[0]);
  });

  it("beyond its limit stays within 1/1024 of the exact value", () => {
    const values = exponentials(20_000, rootRng(2));
    const recorder = recorderOf(values, 1000);
    const sorted = [...values].sort((a, b) => a - b);
    assert.equal(recorder.estimator, "log-histogram");
    assert.equal(recorder.n, 20_000);
    for (const p of [0.0001, 0.1, 0.5, 0.9, 0.99, 0.9999]) {
      const exact = percentileOfSorted(sorted, p);
      assert.ok(Math.abs(recorder.percentile(p) / exact - 1) <= 1 / 1024, `p${p}: ${recorder.percentile(p)} for ${exact}`);
    }
    assert.equal(recorder.percentile(1), sorted[19_999]);
  });

  it("keeps exactly as many samples as its limit", () => {
    assert.equal(recorderOf([1, 2, 3], 3).estimator, "exact");
    assert.equal(recorderOf([1, 2, 3, 4], 3).estimator, "log-histogram");
  });

  it("merging is concatenation, whichever side has turned into a histogram", () => {
    const left = exponentials(700, rootRng(3));
    const right = exponentials(900, rootRng(4));
    for (const [leftLimit, rightLimit] of [
      [1e6, 1e6],
      [500, 1e6],
      [1e6, 500],
      [500, 500],
      [1000, 1e6],
    ] as const) {
      const merged = recorderOf(left, leftLimit);
      merged.merge(recorderOf(right, rightLimit));
      const whole = recorderOf([...left, ...right], merged.estimator === "exact" ? 1e6 : 0);
      for (const p of [0, 0.1, 0.5, 0.99, 1]) assert.equal(merged.percentile(p), whole.percentile(p));
      assert.equal(merged.n, 1600);
      assert.ok(Math.abs(merged.mean - whole.mean) < 1e-14);
      assert.equal(merged.max, whole.max);
    }
  });

  it("its mean loses nothing over ten million equal terms, whose plain sum is off by 1.6e-10 of itself", () => {
    const recorder = new LatencyRecorder(0);
    let plain = 0;
    for (let i = 0; i < 1e7; i++) {
      recorder.add(0.1);
      plain += 0.1;
    }
    assert.ok(Math.abs(plain / 1e7 / 0.1 - 1) > 1e-10);
    assert.ok(Math.abs(recorder.mean / 0.1 - 1) < 1e-15);
  });

  it("has no numbers without samples, and refuses what is no latency", () => {
    const recorder = new LatencyRecorder();
    for (const value of [recorder.mean, recorder.min, recorder.max, recorder.percentile(0.5)]) assert.ok(Number.isNaN(value));
    assert.throws(() => recorder.add(-1e-9), RangeError);
    assert.throws(() => recorder.add(Number.NaN), RangeError);
    assert.equal(recorder.n, 0);
  });

  it("starts anew after clear", () => {
    const recorder = recorderOf([5, 6, 7, 8], 3);
    recorder.clear();
    recorder.add(1);
    assert.deepEqual([recorder.n, recorder.mean, recorder.max, recorder.percentile(0.99), recorder.estimator], [1, 1, 1, 1, "exact"]);
  });

  it("counts between edges, exactly or by buckets", () => {
    // [1, 2): 1, 1.5; [2, 4): 2, 3; [4, 8]: 4, 8; outside: 0.5, 9
    const values = [3, 1, 8, 0.5, 4, 9, 1.5, 2];
    assert.deepEqual([...recorderOf(values).countsBetween([1, 2, 4, 8])], [2, 2, 2]);
    const coarse = recorderOf([0.3, 0.7, 1.4, 2.8, 5.6, 90], 2).countsBetween([0.5, 1, 2, 4, 8]);
    assert.deepEqual([...coarse], [1, 1, 1, 1]);
  });

  it("logEdges have equal ratios and the ends asked for", () => {
    const edges = logEdges(0.001, 10, 4);
    assert.equal(edges[0], 0.001);
    assert.equal(edges[4], 10);
    for (let i = 1; i <= 4; i++) assert.ok(Math.abs((edges[i] as number) / (edges[i - 1] as number) - 10) < 1e-12);
  });
});

describe("LogHistogram", () => {
  it("has 512 equal buckets in each octave", () => {
    // [1, 2) is cut at 1 + k/512: 1 and 1.0019 share the first bucket, of middle 1 + 1/1024; 1.002 lies in the second.
    const one = new LogHistogram();
    one.add(1);
    one.add(1.0019);
    one.add(1.002);
    assert.equal(one.valueAtRank(2), 1 + 1 / 1024);
    assert.equal(one.valueAtRank(3), 1 + 3 / 1024);
  });

  it("takes any magnitude: ends clamp, the rest is within 1/1024", () => {
    for (const value of [2e-9, 1e-6, 0.049, 1, 1023.9, 3600, 1e9]) {
      const histogram = new LogHistogram();
      histogram.add(value);
      assert.ok(Math.abs(histogram.valueAtRank(1) / value - 1) <= 1 / 1024, `${value} read as ${histogram.valueAtRank(1)}`);
    }
    const ends = new LogHistogram();
    ends.add(0);
    ends.add(1e300);
    assert.equal(ends.n, 2);
    assert.ok(ends.valueAtRank(1) < 1e-9);
    assert.ok(ends.valueAtRank(2) > 1e10);
    assert.throws(() => ends.valueAtRank(3), RangeError);
  });
});
