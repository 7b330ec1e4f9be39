import { strict as assert } from "node:assert";
import type { RunOutput, RunResult } from "../../src/experiment/result.ts";
import { toJson } from "../../src/report/to-json.ts";
import { sampleOutput } from "./sample.ts";

function withMetric(value: number | null): RunOutput {
  const output = sampleOutput();
  const [first] = output.runs;
  assert(first);
  return { ...output, runs: [{ ...first, metrics: { "energy.total_j": value } }] };
}

describe("the JSON document", () => {
  it("has the contract's keys, in its order, and ends with a newline", () => {
    const text = toJson(sampleOutput());
    const document = JSON.parse(text);
    assert.deepEqual(Object.keys(document), ["cybertwin", "scenario", "durationS", "seeds", "runs", "summary"]);
    assert.deepEqual(Object.keys(document.scenario), ["name", "sha256"]);
    assert.deepEqual(Object.keys(document.runs[0]), ["seed", "metrics", "notes", "identities", "eventLogHash"]);
    assert.deepEqual(Object.keys(document.summary["energy.total_j"]), ["mean", "ciLow", "ciHigh", "n", "unit", "estimator"]);
    assert.deepEqual(document.runs[0].notes, {
      "workloads.etl.deadline_missed": { reason: "no job has a deadline" },
      "workloads.web.latency_p999_s": { censored: true },
    });
    assert(text.endsWith("}\n"));
  });

  it("does not depend on the order in which metrics were measured", () => {
    const output = sampleOutput();
    const turn = <T>(record: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(record).reverse());
    const turned = output.runs.map(
      (run): RunResult => ({ ...run, metrics: turn(run.metrics), identities: turn(run.identities), notes: turn(run.notes) }),
    );
    assert.equal(toJson({ ...output, runs: turned, summary: turn(output.summary) }), toJson(output));
  });

  it("says of each run how far it came, if it was interrupted", () => {
    const output = sampleOutput();
    const runs = output.runs.map((run, i) => (i === 0 ? run : { ...run, interruptedAtS: 25_920.5 }));
    const told = (JSON.parse(toJson({ ...output, runs })).runs as { interruptedAtS?: number }[]).map((run) => run.interruptedAtS);
    assert.deepEqual(told, [undefined, 25_920.5]);
  });

  it("carries null but refuses -0, NaN and infinities, naming the place", () => {
    assert.match(toJson(withMetric(null)), /"energy.total_j": null/);
    for (const bad of [-0, Number.NaN, Number.NEGATIVE_INFINITY]) {
      assert.throws(() => toJson(withMetric(bad)), /runs\.0\.metrics\.energy\.total_j is (-0|NaN|-Infinity)/);
    }
  });
});
