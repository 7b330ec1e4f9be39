import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { type LoadOptions, loadScenario, SpecError } from "../../src/scenario/index.ts";

const root = new URL("../../../", import.meta.url).pathname; // from dist/test/scenario
const file = "scenarios/everything.yaml";
const options = (text?: string): LoadOptions => ({
  cwd: ".",
  catalogue: { dir: "catalogue", list: (dir) => readdirSync(root + dir) },
  read: (path) => (path === file && text !== undefined ? text : readFileSync(root + path, "utf8")),
  readBytes: (path) => readFileSync(root + path),
});

/** What of the vocabulary is refused with "not supported yet", in order of the file. A part that comes leaves this list. */
const NOT_YET = [
  "sites.west.powerCap",
  "sites.west.price",
  "sites.west.battery",
  "sites.west.solar",
  "sites.west.wind",
  "sites.west.rows.a.powerCap",
  "sites.west.racks.cpu.powerCap",
  "workloads.web.resilience.retryBudget",
  "workloads.web.resilience.hedgeAfter",
  "workloads.web.resilience.breaker",
  "workloads.web.limits.llc",
  "workloads.web.limits.memoryBandwidth",
  "workloads.web.contention",
  'workloads.social.kind "app"',
  'workloads.thumbs.kind "function"',
  'workloads.manifests.kind "kubernetes"',
  "workloads.etl.contention",
  'controllers.scale.kind "firm"',
  'controllers.freq.kind "schedutil"',
  'controllers.caps.kind "cap-tree"',
  'controllers.plan.kind "carbon-milp"',
  'controllers.window.kind "carbon-lowest-window"',
  'faults.lossy.kind "network-loss"',
  'faults.storm.kind "stress-injector"',
  'faults.stale.kind "observation-stale"',
  'faults.down.kind "policy-down"',
  "record.spans",
];

type Doc = Record<string, unknown>;

/** Removes the value at a path; for a kind or a mode, the whole named thing. */
function remove(doc: Doc, said: string): void {
  const steps = said.split(" ")[0]?.split(".") as string[];
  const last = steps.at(-1);
  const path = last === "kind" || last === "mode" ? steps.slice(0, -1) : steps;
  const holder = path.slice(0, -1).reduce((here, step) => here[step] as Doc, doc);
  delete holder[path.at(-1) as string];
}

describe("the whole vocabulary", () => {
  it("is refused for exactly the parts that are not modelled yet", () => {
    assert.throws(
      () => loadScenario(file, options()),
      (error) => {
        assert.ok(error instanceof SpecError);
        assert.deepEqual(
          error.problems.map(({ message }) => message),
          NOT_YET.map((part) => `${part} is not supported yet`),
        );
        return true;
      },
    );
  });

  it("is accepted without those parts, files and meaning included", () => {
    const doc = parse(readFileSync(root + file, "utf8")) as Doc;
    for (const part of NOT_YET) remove(doc, part);
    const { spec, warnings } = loadScenario(file, options(JSON.stringify(doc)));
    assert.deepEqual(warnings, []);
    assert.deepEqual(Object.keys(spec.workloads), [
      "web",
      "fluid",
      "replay",
      "sizes",
      "bursts",
      "users",
      "chat",
      "ask",
      "chunks",
      "apart",
      "stages",
      "etl",
      "night",
    ]);
    assert.deepEqual(Object.keys(spec.controllers), [
      "place",
      "order",
      "defer",
      "hold",
      "route",
      "classes",
      "queue",
      "guess",
      "edf",
      "levels",
      "clocks",
      "size",
      "mine",
    ]);
    assert.deepEqual(Object.keys(spec.faults), ["crash", "row", "gray", "gpu", "hot", "xid", "link"]);
  });
});
