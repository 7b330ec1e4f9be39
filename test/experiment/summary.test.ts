import { strict as assert } from "node:assert";
import { runOutput } from "../../src/experiment/output.ts";
import { type MeanInterval, summarize, unitOf } from "../../src/experiment/summary.ts";
import { rootRng } from "../../src/kernel/index.ts";
import { counted, LatencyRecorder, replicatedQuantileInterval } from "../../src/stats/index.ts";
import { fakeResult } from "./fake-run.ts";

/** The range of the values instead of a t interval: what is tested here is who asks for it, and with what. */
const range: MeanInterval = (values) => ({
  mean: values.reduce((sum, value) => sum + value, 0) / values.length,
  low: Math.min(...values),
  high: Math.max(...values),
});

describe("summarize", () => {
  it("takes an interval over seeds where there are several", () => {
    const runs = [2, 4, 9].map((latency, i) => fakeResult(i, { metrics: { latency_p99_s: latency } }));
    assert.deepEqual(summarize(runs, range), {
      latency_p99_s: { mean: 5, ciLow: 2, ciHigh: 9, n: 3, unit: "s", estimator: "replications" },
    });
  });

  it("takes batch means within one run, and no interval where there are none", () => {
    const run = fakeResult(1, { metrics: { wait_mean_s: 3, jobs_completed: 7 }, notes: { wait_mean_s: { halfWidth: 0.5 } } });
    assert.deepEqual(summarize([run], range), {
      wait_mean_s: { mean: 3, ciLow: 2.5, ciHigh: 3.5, n: 1, unit: "s", estimator: "batch-means" },
      jobs_completed: { mean: 7, ciLow: null, ciHigh: null, n: 1, unit: "1", estimator: "single" },
    });
  });

  it("leaves out runs where the metric does not exist, and counts the others", () => {
    const runs = [null, 4, 6].map((value, i) => fakeResult(i, { metrics: { x_s: value, never_s: null } }));
    const { x_s, never_s } = summarize(runs, range);
    assert.deepEqual([x_s?.mean, x_s?.n], [5, 2]);
    assert.deepEqual([never_s?.mean, never_s?.n], [null, 0]);
  });

  it("gives no interval to parts of runs", () => {
    const notes = { x_s: { halfWidth: 0.5 } };
    const cut = [2, 4].map((x_s, i) => fakeResult(i, { metrics: { x_s }, notes, interruptedAtS: 3 }));
    const without = { ciLow: null, ciHigh: null, unit: "s", estimator: "single" };
    assert.deepEqual(summarize(cut, range).x_s, { mean: 3, n: 2, ...without });
    assert.deepEqual(summarize(cut.slice(0, 1), range).x_s, { mean: 2, n: 1, ...without });
  });

  it("leaves an interrupted run out unless there is no other", () => {
    const cut = fakeResult(1, { metrics: { x_s: 100 }, interruptedAtS: 3 });
    const whole = fakeResult(2, { metrics: { x_s: 1 } });
    assert.equal(summarize([cut, whole], range).x_s?.mean, 1);
    assert.equal(summarize([cut], range).x_s?.mean, 100);
  });
});

/** Counts of exact latencies, as a run hands them on. */
function latencyRun(seed: number, latenciesS: readonly number[]) {
  const recorder = new LatencyRecorder();
  for (const latencyS of latenciesS) recorder.add(latencyS);
  return fakeResult(seed, {
    metrics: { "workloads.web.latency_p90_s": recorder.percentile(0.9) },
    latencyCounts: { "workloads.web.latency": recorder.bucketCounts() },
  });
}

describe("percentiles over several runs", () => {
  it("are those of all requests together, not the mean of one a run", () => {
    // Twelve runs of ten requests of 1 s and one run of 120 of 2 s: of the 240 the 216th is 2, though twelve of thirteen runs say 1.
    const runs = [...Array.from({ length: 12 }, () => Array<number>(10).fill(1)), Array<number>(120).fill(2)].map((values, i) =>
      latencyRun(i, values),
    );
    const entry = summarize(runs, range)["workloads.web.latency_p90_s"];
    assert.equal(entry?.estimator, "pooled");
    assert.equal(entry.n, 13);
    assert.ok(Math.abs((entry.mean as number) / 2 - 1) <= 1 / 1024, `${entry.mean}`);
  });

  it("have the interval of exact latencies, but for a bucket or a rank", () => {
    const { uniform } = rootRng(3).fork("latencies");
    const exact = Array.from({ length: 20 }, () => Array.from({ length: 200 }, () => -Math.log1p(-uniform())));
    const { estimate, low, high } = replicatedQuantileInterval(exact.map(counted), 0.9, 0.95);
    const entry = summarize(
      exact.map((values, i) => latencyRun(i, values)),
      range,
    )["workloads.web.latency_p90_s"];
    for (const [found, wanted] of [
      [entry?.mean, estimate],
      [entry?.ciLow, low],
      [entry?.ciHigh, high],
    ] as const)
      assert.ok(Math.abs((found as number) / wanted - 1) < 0.01, `${found}, exactly ${wanted}`);
  });

  it("have no interval where too few requests bound them", () => {
    // The 18th of 1..20; shares below it of 1 and 0.8: they differ by so much that two runs say nothing.
    const runs = [0, 10].map((from, i) =>
      latencyRun(
        i,
        Array.from({ length: 10 }, (_, k) => from + k + 1),
      ),
    );
    const entry = summarize(runs, range)["workloads.web.latency_p90_s"];
    assert.deepEqual([entry?.ciLow, entry?.ciHigh, entry?.n], [null, null, 2]);
  });
});

describe("unitOf", () => {
  const cases = [
    ["workloads.web.latency_p99_s", "s"],
    ["energy.total_j", "J"],
    ["carbon.total_g", "g"],
    ["workloads.web.arrival_rate_per_s", "1/s"],
    ["sites.west.utilization_mean", "1"],
    ["servers.a.clock_hz", "Hz"],
    ["workloads.chat.steps", "1"],
  ] as const;
  for (const [metric, unit] of cases) it(`${metric}: ${unit}`, () => assert.equal(unitOf(metric), unit));
});

describe("runOutput", () => {
  const parts = { version: "1.2.3", source: { sha256: "ab", text: "name: toy", file: "toy.yaml" }, interval: range };

  it("judges what the scenario expects, at the limits too", () => {
    const expect = [{ metric: "a_s", max: 2 }, { metric: "a_s", min: 2.1 }, { metric: "none_s", min: 0 }, { metric: "no_such" }];
    const head = { name: "toy", durationS: 10, warmupS: 1, expect };
    const output = runOutput({ ...parts, head, runs: [fakeResult(7, { metrics: { a_s: 2, none_s: null } })] });
    assert.deepEqual(
      output.expectations.map(({ value, met }) => [value, met]),
      [
        [2, true],
        [2, false],
        [null, false],
        [null, false],
      ],
    );
    assert.deepEqual([output.seeds, output.startUtc, output.scenario.name], [[7], null, "toy"]);
  });
});
