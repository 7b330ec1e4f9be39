import { strict as assert } from "node:assert";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { worldVersion } from "../../src/cli/world-version.ts";
import { loadScenario } from "../../src/scenario/index.ts";

type World = "scenario" | "task";
interface Script {
  worlds(root: string): Promise<Readonly<Record<World, string>>>;
  parts(root: string): Promise<Readonly<Record<World, { readonly modules: readonly string[] }>>>;
}

describe("the version of the world", function () {
  this.timeout(20_000);
  let script: Script;
  let root: string;
  before(async () => {
    script = (await import(pathToFileURL(resolve("scripts/world.mjs")).href)) as Script;
    root = mkdtempSync(join(tmpdir(), "cybertwin-world-"));
    cpSync("src", join(root, "src"), { recursive: true });
    symlinkSync(resolve("node_modules"), join(root, "node_modules"));
  });
  after(() => rmSync(root, { recursive: true }));

  /** Digests with sources rewritten for the moment. */
  async function withChanged(paths: readonly string[], change: (source: string) => string): Promise<Readonly<Record<World, string>>> {
    const sources = paths.map((path) => [join(root, path), readFileSync(join(root, path), "utf8")] as const);
    for (const [file, source] of sources) writeFileSync(file, change(source));
    const digests = await script.worlds(root);
    for (const [file, source] of sources) writeFileSync(file, source);
    return digests;
  }

  it("is that of the sources it was built from; after a bare tsc: node scripts/world.mjs", async () => {
    const built = await script.worlds(".");
    assert.deepEqual(JSON.parse(readFileSync("dist/world.json", "utf8")), built);
    assert.deepEqual(await script.worlds(root), built);
    assert.equal(worldVersion(undefined), built.task);
  });

  it("stays where comments and line breaks change, and where commands, reports or learners do", async () => {
    const before = await script.worlds(root);
    const reworded = (source: string): string => `// Said anew.\n${source.replace(/^const (\w+) =/m, "/** Why. */\nconst $1 =\n")}`;
    assert.deepEqual(
      await withChanged(["src/learn/tasks/pendulum.ts", "src/kernel/rng.ts", "src/world/cluster/server.ts"], reworded),
      before,
    );
    const others = ["cli/run.ts", "report/format.ts", "learn/algorithms/ppo.ts", "learn/nets/inference.ts", "learn/policy.ts"];
    const added = (source: string): string => `${source}\nexport const added = 1;\n`;
    assert.deepEqual(
      await withChanged(
        others.map((path) => `src/${path}`),
        added,
      ),
      before,
    );
  });

  it("changes with a constant of physics, of that world alone", async () => {
    const before = await script.worlds(root);
    const heavier = await withChanged(["src/learn/tasks/cart-pole.ts"], (source) => source.replace("POLE_KG = 0.1", "POLE_KG = 0.2"));
    assert.equal(heavier.scenario, before.scenario);
    assert.notEqual(heavier.task, before.task);
    const calmer = await withChanged(["src/control/hpa.ts"], (source) => `${source}\nexport const added = 1;\n`);
    assert.notEqual(calmer.scenario, before.scenario);
    assert.equal(calmer.task, before.task);
  });

  it("is of every module that a run may reach", async () => {
    const { scenario, task } = await script.parts(root);
    const common = ["kernel/rng.ts", "kernel/sum.ts"];
    const ofScenarios = ["world/cluster/server.ts", "world/base/quantity.ts", "world/energy/pue.ts", "world/serving/device.ts"];
    ofScenarios.push(
      "faults/server-crash.ts",
      "control/loop.ts",
      "scenario/schema.ts",
      "scenario/build.ts",
      "experiment/series-recorder.ts",
    );
    const ofTasks = ["learn/env.ts", "learn/spaces.ts", "learn/time-limit.ts", "learn/tasks/cart-pole.ts", "learn/evaluate.ts"];
    for (const path of [...common, ...ofScenarios]) assert.ok(scenario.modules.includes(`src/${path}`), path);
    for (const path of [...common, ...ofTasks]) assert.ok(task.modules.includes(`src/${path}`), path);
    for (const path of ofScenarios) assert.ok(!task.modules.includes(`src/${path}`), path);
    for (const { modules } of [scenario, task]) assert.ok(!modules.some((path) => /^src\/(?:cli|report|claims)\//.test(path)));
  });

  it("changes with a package that physics stands on, also where it is loaded on demand", async () => {
    const before = await script.worlds(root);
    const packages = join(root, "packages");
    rmSync(join(root, "node_modules"));
    for (const name of ["yaml", "zod", "mathjs", "seedrandom", "d3-random"])
      cpSync(resolve("node_modules", name, "package.json"), join(packages, name, "package.json"));
    symlinkSync(packages, join(root, "node_modules"));
    const file = join(packages, "mathjs/package.json");
    writeFileSync(file, readFileSync(file, "utf8").replace(/"version": "[^"]+"/, '"version": "99.0.0"'));
    const { scenario, task } = await script.worlds(root);
    assert.notEqual(scenario, before.scenario);
    assert.equal(task, before.task);
  });

  it("of a scenario changes with its data, not with its text", () => {
    const files: Record<string, string> = {
      "s.yaml": `name: s
seed: 1
duration: 1 min
sites: { west: { servers: { kind: ./box.yaml } } }
workloads: { web: { kind: service, work: 20 ms, arrivals: { kind: trace, file: t.csv } } }`,
      "box.yaml":
        "kind: server\ncores: 2\nmemory: 4 GiB\nclocks: [2 GHz]\npower: { kind: linear, idle: 100 W, peak: 200 W }\nembodied: 1000 kg\nlifetime: 4 year\nsource: a test",
      "t.csv": "arrival_s\n1\n2\n",
    };
    const version = (changed: Record<string, string> = {}): string => {
      const read = (file: string): string => ({ ...files, ...changed })[file] as string;
      return worldVersion(loadScenario("s.yaml", { read, cwd: ".", catalogue: { dir: "catalogue" } }).dataSha256);
    };
    const before = version();
    assert.match(before, /^[0-9a-f]{64}$/);
    assert.equal(version({ "s.yaml": (files["s.yaml"] as string).replace("20 ms", "30 ms") }), before);
    assert.notEqual(version({ "t.csv": "arrival_s\n1\n3\n" }), before);
    assert.notEqual(version({ "box.yaml": (files["box.yaml"] as string).replace("200 W", "201 W") }), before);
  });
});
