import { strict as assert } from "node:assert";
import type { RunOutput, SummaryEntry } from "../../src/experiment/result.ts";
import { answerOf } from "../../src/report/answer.ts";
import { NBSP } from "../../src/report/format.ts";
import { metricsOf } from "../../src/world/metrics/catalogue.ts";
import { sampleOutput } from "./sample.ts";

function outputWith(
  services: readonly { name: string; sloLatencyS: number | null }[],
  metrics: Record<string, number>,
  estimator = "single",
): RunOutput {
  const output = sampleOutput();
  const [first] = output.runs;
  const [web] = first?.series.services ?? [];
  assert(first && web);
  const series = { ...first.series, services: services.map((service) => ({ ...web, ...service })) };
  const entry = (mean: number): SummaryEntry => ({ mean, ciLow: null, ciHigh: null, n: 1, unit: "1", estimator });
  const unit = (name: string) => (name.endsWith("_s") ? "s" : "1");
  const summary = Object.fromEntries(Object.entries(metrics).map(([name, mean]) => [name, { ...entry(mean), unit: unit(name) }]));
  return { ...output, seeds: [1], runs: [{ ...first, series, notes: {} }], summary };
}
const sentence = (output: RunOutput) => answerOf(output).sentence.replaceAll(NBSP, " ");

describe("the answer in a sentence", () => {
  it("speaks of the SLO where there is one, else of the 99th percentile", () => {
    const output = outputWith(
      [
        { name: "web", sloLatencyS: 0.05 },
        { name: "api", sloLatencyS: null },
      ],
      {
        "workloads.web.slo_attainment": 0.9997,
        "workloads.web.requests_arrived": 1200,
        "workloads.web.requests_finished": 1200,
        "workloads.api.latency_p99_s": 0.2,
        "workloads.api.requests_arrived": 10,
        "workloads.api.requests_finished": 10,
      },
    );
    assert.equal(
      sentence(output),
      "In 24 h, web answered 99.97 % of 1,200 requests within 50 ms, api answered 99 % of 10 requests within 200 ms.",
    );
  });

  it("names three services and counts the rest", () => {
    const names = ["a", "b", "c", "d", "e"];
    const quantities = { latency_p99_s: 0.1, requests_arrived: 10, requests_finished: 10 };
    const metrics = Object.fromEntries(
      names.flatMap((name) => Object.entries(quantities).map(([quantity, value]) => [`workloads.${name}.${quantity}`, value])),
    );
    const said = sentence(
      outputWith(
        names.map((name) => ({ name, sloLatencyS: null })),
        metrics,
      ),
    );
    assert.match(said, /^In 24 h, a answered .*, b answered .*, c answered .*, \(and 2 more services\)\.$/);
  });

  const api = (arrived: number, finished: number, more: Record<string, number> = {}, sloLatencyS: number | null = null) =>
    outputWith([{ name: "api", sloLatencyS }], {
      "workloads.api.requests_arrived": arrived,
      "workloads.api.requests_finished": finished,
      ...more,
    });
  const P99 = { "workloads.api.latency_p99_s": 1 };
  const ATTAINED = { "workloads.api.slo_attainment": 0.089 };
  for (const [output, said] of [
    [api(35_862, 3_193, P99), "api answered 3,193 of 35,862 requests, 99 % of those within 1 s"],
    [api(4_281_991, 4_281_988, P99), "api answered all but 3 of 4.28 M requests, 99 % of those within 1 s"],
    [api(1_467, 0, ATTAINED, 0.1), "api answered none of 1,467 requests"],
    [api(1_467, 130, { ...P99, ...ATTAINED }, 0.1), "api answered 8.90 % of 1,467 requests within 100 ms"], // an SLO counts what is lost
    [api(1, 1, P99), "api answered 99 % of 1 request within 1 s"],
    [api(0, 0), "api had no requests"],
  ] as const) {
    it(`does not count lost requests as answered: ${said}`, () => assert.equal(sentence(output), `In 24 h, ${said}.`));
  }

  it("shows each way in which requests were lost, where it happened", () => {
    const lost = { requests_failed: 0, requests_rejected: 7, requests_timed_out: 8, requests_unfinished: 9 };
    const metrics = Object.fromEntries(Object.entries(lost).map(([quantity, count]) => [`workloads.api.${quantity}`, count]));
    const [group] = answerOf(api(30, 6, metrics)).groups;
    assert.deepEqual(
      group?.facts.map(({ label, value }) => [label, value]),
      [
        ["requests", "30"],
        ["answered", "6"],
        ["rejected", "7"],
        ["timed out", "8"],
        ["unfinished at the end", "9"],
      ],
    );
  });

  it("tells an interrupted run as the part that it is", () => {
    const whole = api(10, 10, P99);
    const [run] = whole.runs;
    assert(run);
    // Asked were 24 h after half an hour of warm-up.
    const cut = { ...whole, runs: [{ ...run, interruptedAtS: 2 * 3600 }] };
    assert.equal(sentence(cut), "Interrupted after 2 h of 24.5 h. Until then, api answered 99 % of 10 requests within 1 s.");
    assert.match(answerOf(cut).intervals, /^Interrupted, so no intervals/);
    const both = { ...whole, runs: [run, { ...run, interruptedAtS: 2 * 3600 }] };
    assert.match(sentence(both), /^In 24 h, /);
    assert.match(answerOf(both).intervals, /^One run, .* One interrupted run is left out\.$/);
  });

  it("gives each group its own cards and leaves out what was not measured", () => {
    const { groups } = answerOf(sampleOutput());
    assert.deepEqual(
      groups.map((group) => `${group.kind} ${group.name}`),
      ["service web", "cloud cloud", "batch etl"],
    );
    assert(!groups.some((group) => group.facts.some((fact) => fact.metric.endsWith("turnaround_mean_s"))));
  });

  it("picks facts by names that the catalogue of metrics has", () => {
    const names = metricsOf({
      service: ["web"],
      class: () => [],
      serving: [],
      model: () => [],
      batch: ["etl"],
      site: ["west"],
      tenant: [],
      controller: [],
      external: [],
      fault: [],
    });
    const all = Object.fromEntries(names.map(({ name }) => [name, 1]));
    const labels = answerOf(outputWith([{ name: "web", sloLatencyS: 1 }], all)).groups.flatMap(({ facts }) =>
      facts.map(({ label }) => label),
    );
    // Twelve of the service, energy, carbon and utilization of the cloud, five of the batch workload.
    assert.equal(labels.length, 20);
    assert.ok(labels.includes("deadlines missed"));
  });

  it("warns of a censored percentile and explains a missing value", () => {
    const output = sampleOutput();
    const [first] = output.runs;
    assert(first);
    const notes = {
      "workloads.web.latency_p99_s": { censored: true },
      "workloads.etl.wait_mean_s": { reason: "no job started" },
      "workloads.etl.jobs_completed": { censored: true },
    };
    const facts = answerOf({ ...output, runs: [{ ...first, notes }] }).groups.flatMap((group) => group.facts);
    const remark = (metric: string) => facts.find((fact) => fact.metric === metric)?.remark;
    assert.equal(remark("workloads.web.latency_p99_s"), "at least this: some requests were cut off before they finished");
    assert.equal(remark("workloads.etl.jobs_completed"), "at least this: some jobs were cut off before they finished");
    assert.equal(remark("workloads.etl.wait_mean_s"), "no job started");
  });

  it("says how the intervals were made", () => {
    const web = [{ name: "web", sloLatencyS: null }];
    assert.match(answerOf(sampleOutput()).intervals, /over 2 runs/);
    assert.match(answerOf(outputWith(web, { "workloads.web.latency_mean_s": 1 }, "batch-means")).intervals, /batches within it/);
    assert.match(answerOf(outputWith(web, { "workloads.web.latency_mean_s": 1 })).intervals, /no intervals/);
  });
});
