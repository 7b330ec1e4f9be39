import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import type { RunResult } from "../../../src/experiment/result.ts";
import { unitOf } from "../../../src/experiment/summary.ts";
import { metricsPage } from "../../../src/report/metrics-page.ts";
import { METRICS, type MetricSubjects, metricsOf } from "../../../src/world/metrics/catalogue.ts";
import { play, ROOT } from "../../scenarios/play.ts";

const PLAIN = `name: plain
seed: 1
duration: 10 min
sites: { west: { servers: { kind: small-8c, gpus: { kind: v100-pcie-16gb } } } }
workloads:
  web: { kind: service, classes: { gold: { share: 0.5 }, rest: { share: 0.5 } }, work: 5 ms, arrivals: { kind: poisson, rate: 10 req/s } }
  etl: { kind: batch, jobs: 2, work: 1 min }
  llm: { kind: model-serving, models: { opt: { kind: opt-1.3b } }, classes: { paid: { share: 0.5 }, free: { share: 0.5 } }, outputTokens: 100, arrivals: { kind: poisson, rate: 0.1 req/s } }
`;
const SERVING = PLAIN.replace(/ {2}(web|etl): .*\n/g, "").replace("outputTokens", "slo: { latency: 2 s }, outputTokens");
const NOBODY = {
  service: [],
  class: () => [],
  serving: [],
  model: () => [],
  batch: [],
  site: [],
  tenant: [],
  controller: [],
  external: [],
  fault: [],
};

/** What every metric of the run is, by a name that the catalogue gives it. */
function catalogued(subjects: Partial<MetricSubjects>): Map<string, string[]> {
  const byName = new Map<string, string[]>();
  for (const { name, entry } of metricsOf({ ...NOBODY, ...subjects })) byName.set(name, [...(byName.get(name) ?? []), entry.pattern]);
  return byName;
}

describe("the catalogue of metrics", () => {
  let quickstart: RunResult;
  let plain: RunResult;
  let serving: RunResult;
  const full = catalogued({
    service: ["chat"],
    class: () => ["gold", "rest"],
    batch: ["etl"],
    site: ["west"],
    tenant: ["assistants", "analytics"],
    controller: ["defer", "mine"],
    external: ["mine"],
    fault: ["crash"],
  });
  const small = catalogued({
    service: ["web"],
    class: (workload) => (workload === "web" ? ["gold", "rest"] : ["paid", "free"]),
    serving: ["llm"],
    model: () => ["opt"],
    batch: ["etl"],
    site: ["west"],
  });
  const served = catalogued({ serving: ["llm"], class: () => ["paid", "free"], model: () => ["opt"], site: ["west"] });
  const runs = (): (readonly [RunResult, Map<string, string[]>])[] => [
    [quickstart, full],
    [plain, small],
    [serving, served],
  ];
  before(async function () {
    this.timeout(60_000);
    const classes = "workloads.chat.classes={gold: {share: 0.2}, rest: {share: 0.8}}";
    const external = "controllers.mine={kind: external, target: {workload: chat}}";
    quickstart = await play("scenarios/quickstart.yaml", {
      set: ["duration=90 min", "faults.crash.at=1 h", classes, external, "expect=[]"],
    });
    plain = await play("plain.yaml", { text: PLAIN });
    serving = await play("serving.yaml", { text: SERVING });
  });

  it("describes each metric that a run emits, in exactly one way", () => {
    for (const [{ metrics }, known] of runs()) {
      assert.deepEqual(
        Object.keys(metrics).filter((name) => known.get(name)?.length !== 1),
        [],
      );
    }
  });

  it("has nothing that no run emits", () => {
    for (const [{ metrics }, known] of [[quickstart, full] as const, [serving, served] as const]) {
      assert.deepEqual(
        [...known.keys()].filter((name) => !(name in metrics)),
        [],
      );
    }
    assert.equal(new Set([...full.values(), ...served.values()].flat()).size, METRICS.length);
  });

  it("says which metrics come only with a field of the workload", () => {
    // plain.yaml has no SLO, no deadline and no floor.
    const absent = [...small].filter(([name]) => !(name in plain.metrics)).flatMap(([, patterns]) => patterns);
    const withNeeds = METRICS.filter(({ needs }) => needs !== undefined).map(({ pattern }) => pattern);
    assert.deepEqual([...new Set(absent)].toSorted(), withNeeds.toSorted());
  });

  it("allows null only where it says when", () => {
    for (const [{ metrics }, known] of runs()) {
      const nulls = Object.keys(metrics).filter((name) => metrics[name] === null);
      const patterns = new Set(nulls.map((name) => (known.get(name) as string[])[0]));
      assert.deepEqual(
        METRICS.filter(({ pattern, nullIf }) => patterns.has(pattern) && nullIf === undefined),
        [],
      );
    }
  });

  it("gives each the unit that its name ends in", () => {
    for (const { pattern, unit } of METRICS) assert.equal(unitOf(pattern), unit, pattern);
  });

  it("is docs/metrics.md; `node scripts/metrics.mjs` writes it anew", () => {
    assert.equal(readFileSync(`${ROOT}docs/metrics.md`, "utf8"), metricsPage());
  });
});
