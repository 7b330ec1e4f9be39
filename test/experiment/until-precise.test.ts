import { strict as assert } from "node:assert";
import type { RunHooks } from "../../src/experiment/hooks.ts";
import { runUntilPrecise } from "../../src/experiment/until-precise.ts";
import { LatencyRecorder } from "../../src/stats/index.ts";
import { fakeResult } from "./fake-run.ts";

/** Runs in this thread that measure `measured(seed)`. */
function runs(measured: (seed: number) => number | null, begun: number[] = []) {
  const runSeed = async (_: unknown, seed: number, __: RunHooks) => {
    begun.push(seed);
    return fakeResult(seed, { metrics: { x_s: measured(seed) } });
  };
  return { loaded: {}, workers: 1, runSeed, firstSeed: 1 };
}

describe("runs until a mean is known well enough", () => {
  it("stop at the first precise prefix, not at the end of a batch", async () => {
    // 9 and 11 in turn, n even: the mean is 10, the variance n / (n - 1), so the half-width t / sqrt(n - 1).
    // 5 % of the mean are 0.05 / 1.05 x 10 = 0.476: n = 18 gives 2.110 / sqrt(17) = 0.512, n = 20 gives 2.093 / sqrt(19) = 0.480,
    // n = 22 gives 2.080 / sqrt(21) = 0.454. n = 21 begins with 9, so 11 nines and 10 elevens: the mean is 9.952, the variance
    // (1 - 1 / 441) x 21 / 20 = 1.048, the half-width 2.086 x sqrt(1.048 / 21) = 0.466 of at most 0.05 / 1.05 x 9.952 = 0.474.
    const begun: number[] = [];
    const found = await runUntilPrecise(
      runs((seed) => (seed % 2 === 1 ? 9 : 11), begun),
      { metric: "x_s", relative: 0.05, maxRuns: 100 },
    );
    assert.deepEqual(
      found.runs.map(({ seed }) => seed),
      Array.from({ length: 21 }, (_, i) => 1 + i),
    );
    assert.ok(found.stop.kind === "done" && found.stop.met);
    assert.equal(found.askedCount, 21);
    assert.equal(begun.length, 30); // three batches of ten, whatever the workers
  });

  it("stop at the cap, which need not be a multiple of a batch", async () => {
    const found = await runUntilPrecise(
      runs((seed) => (seed % 2 === 1 ? 9 : 11)),
      { metric: "x_s", relative: 0.001, maxRuns: 13 },
    );
    assert.equal(found.runs.length, 13);
    assert.ok(found.stop.kind === "done" && !found.stop.met);
  });

  it("count the runs that have the metric towards the least number, and all towards the cap", async () => {
    const target = { metric: "x_s", relative: 0.05, maxRuns: 25 };
    const half = await runUntilPrecise(
      runs((seed) => (seed % 2 === 1 ? null : 5)),
      target,
    );
    assert.equal(half.runs.length, 20); // the tenth value is that of seed 20
    const none = await runUntilPrecise(
      runs(() => null),
      target,
    );
    assert.equal(none.runs.length, 25);
    assert.deepEqual(none.stop, { kind: "done", met: false, interval: undefined });
  });

  it("never trust a mean of nothing but zeros", async () => {
    const found = await runUntilPrecise(
      runs(() => 0),
      { metric: "x_s", relative: 0.05, maxRuns: 14 },
    );
    assert.ok(found.stop.kind === "done" && !found.stop.met);
    assert.equal(found.runs.length, 14);
  });

  it("judge a percentile by all requests together", async () => {
    // Each run has the same latencies, so the share below the percentile does not differ: known at once.
    const recorder = new LatencyRecorder();
    for (let i = 1; i <= 1000; i++) recorder.add(i / 1000);
    const latencyCounts = { "workloads.web.latency": recorder.bucketCounts() };
    const runSeed = async (_: unknown, seed: number) =>
      fakeResult(seed, { metrics: { "workloads.web.latency_p90_s": seed }, latencyCounts });
    const target = { metric: "workloads.web.latency_p90_s", relative: 0.05, maxRuns: 40 };
    const found = await runUntilPrecise({ loaded: {}, workers: 1, runSeed, firstSeed: 1 }, target);
    assert.equal(found.runs.length, 10); // the seeds' own values, 1 to 10, would have taken far more
    assert.ok(found.stop.kind === "done" && found.stop.met && Math.abs((found.stop.interval?.mean ?? 0) - 0.9) < 0.002);
  });

  it("end with an interruption", async () => {
    const stopper = new AbortController();
    const plan = runs((seed) => {
      if (seed === 12) stopper.abort();
      return seed % 2;
    });
    const found = await runUntilPrecise(plan, { metric: "x_s", relative: 0.01, maxRuns: 100 }, { signal: stopper.signal });
    assert.deepEqual([found.runs.length, found.askedCount, found.stop.kind], [12, 20, "interrupted"]);
  });
});
