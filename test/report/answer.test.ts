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
        "workloads.api.latency_p99_s": 0.2,
        "workloads.api.requests_arrived": 10,
      },
    );
    assert.equal(
      sentence(output),
      "In 24 h, web answered 99.97 % of 1,200 requests within 50 ms, api answered 99 % of 10 requests within 200 ms.",
    );
  });

  it("names three services and counts the rest", () => {
    const names = ["a", "b", "c", "d", "e"];
    const metrics = Object.fromEntries(names.map((name) => [`workloads.${name}.latency_p99_s`, 0.1]));
    const said = sentence(
      outputWith(
        names.map((name) => ({ name, sloLatencyS: null })),
        metrics,
      ),
    );
    assert.match(said, /^In 24 h, a answered .*, b answered .*, c answered .*, \(and 2 more services\)\.$/);
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
    const names = metricsOf({ service: ["web"], class: () => [], batch: ["etl"], site: ["west"], tenant: [], controller: [], fault: [] });
    const all = Object.fromEntries(names.map(({ name }) => [name, 1]));
    const labels = answerOf(outputWith([{ name: "web", sloLatencyS: 1 }], all)).groups.flatMap(({ facts }) =>
      facts.map(({ label }) => label),
    );
    // Eight of the service, energy, carbon and utilization of the cloud, five of the batch workload.
    assert.equal(labels.length, 16);
    assert.ok(labels.includes("deadlines missed"));
  });

  it("warns of a censored percentile and explains a missing value", () => {
    const output = sampleOutput();
    const [first] = output.runs;
    assert(first);
    const notes = { "workloads.web.latency_p99_s": { censored: true }, "workloads.etl.wait_mean_s": { reason: "no job started" } };
    const facts = answerOf({ ...output, runs: [{ ...first, notes }] }).groups.flatMap((group) => group.facts);
    const remark = (metric: string) => facts.find((fact) => fact.metric === metric)?.remark;
    assert.match(remark("workloads.web.latency_p99_s") ?? "", /^at least this/);
    assert.equal(remark("workloads.etl.wait_mean_s"), "no job started");
  });

  it("says how the intervals were made", () => {
    const web = [{ name: "web", sloLatencyS: null }];
    assert.match(answerOf(sampleOutput()).intervals, /over 2 runs/);
    assert.match(answerOf(outputWith(web, { "workloads.web.latency_mean_s": 1 }, "batch-means")).intervals, /batches within it/);
    assert.match(answerOf(outputWith(web, { "workloads.web.latency_mean_s": 1 })).intervals, /no intervals/);
  });
});
