/** What must not change when something else does: common random numbers, recording, threads, the order of keys. */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import { runSeeds } from "../../../src/experiment/pool.ts";
import type { RunResult } from "../../../src/experiment/result.ts";
import { type LoadedSpec, runSeed } from "../../../src/experiment/run.ts";
import { csv, documentOf, loadYaml, near, play, type Row, rowsOf } from "../run-yaml.ts";
import { FUZZ_FILES, scenarios } from "./arbitrary-scenario.ts";

const HOOKS = { shouldStop: () => false, onProgress: () => {} };

interface Parts {
  readonly workloads?: string;
  readonly controllers?: string;
  readonly faults?: string;
}

/** Three services and a batch workload of every kind of draw on site west; what is added stands on site east. */
const base = ({ workloads = "", controllers = "", faults = "" }: Parts = {}): string => `name: base
seed: 11
duration: 2000 s
sites:
  west: { carbon: 300 g/kWh, servers: { kind: small-8c, count: 4 } }
  east: { servers: { kind: small-8c, count: 2 } }
workloads:
  open: { kind: service, sites: [west], replicas: 3, concurrency: 2, work: { kind: lognormal, mean: 1 s, cv: 2 }, arrivals: { kind: poisson, rate: 1 req/s } }
  mixed:
    kind: service
    sites: [west]
    replicas: 2
    resilience: { timeout: 20 s, attempts: 2 }
    classes: { a: { share: 0.3, work: { kind: exponential, mean: 2 s } }, b: { share: 0.7, work: 1 s } }
    arrivals: { kind: mmpp, rates: [0.1 req/s, 0.8 req/s], holding: [100 s, 30 s] }
  etl: { kind: batch, sites: [west], jobs: 20, cores: 1, arrivals: { kind: uniform, over: 30 min }, work: { kind: exponential, mean: 60 s } }
${workloads}
controllers:
  route: { kind: power-of-d, target: { workload: open } }
${controllers}
faults: {${faults}}
record: { requests: 1, jobs: true }
`;

const CRASH =
  "crash: { kind: server-crash, target: { site: west }, mtbf: { kind: exponential, mean: 600 s }, mttr: { kind: exponential, mean: 60 s } }";
const SLOW = "slow: { kind: server-slow-cpu, target: { site: west }, at: 500 s, duration: 700 s }";
const OTHERS = `  late: { kind: service, sites: [east], work: { kind: exponential, mean: 1 s }, arrivals: { kind: poisson, rate: 0.5 req/s } }
  more: { kind: batch, sites: [east], jobs: 30, work: { kind: exponential, mean: 100 s } }`;

const rowsOfWorkload = (result: RunResult, table: string, name: string): Row[] =>
  rowsOf(result, table).filter(({ workload }) => workload === name);
/** Jobs are numbered over all workloads. */
const anonymous = (rows: readonly Row[]): Row[] => rows.map(({ id, ...row }) => row);
const byId = (rows: readonly Row[]): Map<number, Row> => new Map(rows.map((row) => [row.id as number, row]));

describe("other draws stay as they were", () => {
  for (const [what, faults] of [
    ["crashes", CRASH],
    ["slow servers", SLOW],
    ["both", `${CRASH}, ${SLOW}`],
  ] as const) {
    it(`when there are ${what}: everyone arrives when they did, with the same work`, async () => {
      const calm = await play(base());
      const rough = await play(base({ faults }));
      for (const name of ["open", "mixed"]) {
        const before = byId(rowsOfWorkload(calm, "requests", name));
        const after = byId(rowsOfWorkload(rough, "requests", name));
        let compared = 0;
        for (const [id, row] of after) {
          const same = before.get(id);
          if (same === undefined) continue; // unfinished in one of the runs
          compared++;
          assert.equal(row.arrival_s, same.arrival_s);
          assert.equal(row.class, same.class);
          const untouched = what === "crashes" && [row, same].every(({ outcome, attempt }) => outcome === "finished" && attempt === 1);
          // A slot is a core here: from start to finish is the work.
          if (untouched)
            near((row.finish_s as number) - (row.start_s as number), (same.finish_s as number) - (same.start_s as number), 1e-9);
        }
        assert.ok(compared > 0.9 * before.size, `${compared} of ${before.size}`);
      }
      const jobs = byId(rowsOfWorkload(rough, "jobs", "etl"));
      for (const [id, row] of byId(rowsOfWorkload(calm, "jobs", "etl"))) assert.equal(jobs.get(id)?.arrival_s, row.arrival_s);
      assert.notEqual(rough.metrics["workloads.open.latency_mean_s"], calm.metrics["workloads.open.latency_mean_s"]); // it did strike
    });
  }

  it("when requests try again: everyone's first route is the one they had", async () => {
    // Three requests each 10 s at two replicas that queue nobody: at least one of three is turned away. Where that is final, nothing draws
    // but the routes; where it is not, pauses of up to 1 s and second routes are drawn as well, all before the next three come.
    const thirds = (attempts: number): string => `name: thirds
seed: 11
duration: 600 s
sites: { west: { servers: { kind: small-8c } } }
workloads:
  web: { kind: service, replicas: 2, queueLimit: 0, resilience: { attempts: ${attempts}, backoff: 1 s }, arrivals: { kind: trace, file: web.csv } }
record: { requests: true }
`;
    const files = { "web.csv": csv("arrival_s,work_s", ...Array.from({ length: 150 }, (_, i) => [10 * Math.floor(i / 3), 0.1])) };
    const firstRoutes = (result: RunResult): (readonly [unknown, unknown])[] =>
      rowsOf(result, "requests")
        .filter(({ attempt, outcome }) => attempt === 1 && outcome === "finished")
        .map(({ id, replica }) => [id, replica]);
    const final = await play(thirds(1), files);
    const again = await play(thirds(2), files);
    assert.deepEqual(firstRoutes(again), firstRoutes(final));
    assert.ok((again.metrics["workloads.web.attempts"] as number) >= 200); // 150 first ones, and one in three turned away
  });

  it("when other workloads run elsewhere: every row is the same but for the numbers of jobs", async () => {
    const alone = await play(base());
    const beside = await play(base({ workloads: OTHERS }));
    for (const name of ["open", "mixed"])
      assert.deepEqual(rowsOfWorkload(beside, "requests", name), rowsOfWorkload(alone, "requests", name));
    assert.deepEqual(anonymous(rowsOfWorkload(beside, "jobs", "etl")), anonymous(rowsOfWorkload(alone, "jobs", "etl")));
    for (const [name, value] of Object.entries(alone.metrics))
      if (name.startsWith("workloads.")) assert.equal(beside.metrics[name], value, name);
  });

  it("when others are declared first: every row is the same but for the numbers of jobs", async () => {
    const text = base({ workloads: OTHERS });
    const moved = base().replace("workloads:\n", `workloads:\n${OTHERS}\n`);
    const last = await play(text);
    const first = await play(moved);
    for (const name of ["open", "mixed", "late"])
      assert.deepEqual(rowsOfWorkload(first, "requests", name), rowsOfWorkload(last, "requests", name));
    for (const name of ["etl", "more"]) {
      assert.deepEqual(anonymous(rowsOfWorkload(first, "jobs", name)), anonymous(rowsOfWorkload(last, "jobs", name)));
    }
  });

  it("when a controller watches that never acts", async () => {
    const alone = await play(base());
    // Constant carbon is never above its own quantile.
    const watched = await play(
      base({
        controllers: "  watch: { kind: carbon-threshold, period: 7 s, telemetry: { scrape: 3 s, loss: 0.5 }, target: { workload: etl } }",
      }),
    );
    for (const table of ["requests", "jobs"]) {
      const before = rowsOf(alone, table);
      rowsOf(watched, table).forEach((row, i) => {
        for (const [name, value] of Object.entries(row)) {
          const same = before[i]?.[name] as number | string;
          // A scrape brings the books up to date, which cuts each sum in two: some ulps of the whole, and no more.
          if (typeof value === "number" && Number.isFinite(value)) near(value, same as number, 1e-10);
          else assert.deepEqual(value, same);
        }
      });
      assert.equal(watched.tables[table]?.rowCount, before.length);
    }
  });
});

describe("a run is the same", function () {
  this.timeout(60_000);

  it("whatever is recorded of it, and in whatever order its keys stand", async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async ({ text, seed }) => {
        const spec = loadYaml(text, FUZZ_FILES).spec;
        const whole = await runSeed({ spec }, seed, HOOKS);
        const plain = JSON.parse(text) as Record<string, unknown>;
        const { record, ...rest } = plain;
        const silent = await runSeed({ spec: loadYaml(JSON.stringify(rest), FUZZ_FILES).spec }, seed, HOOKS);
        assert.equal(silent.eventLogHash, whole.eventLogHash);
        assert.deepEqual(silent.metrics, whole.metrics);
        assert.deepEqual(silent.series, whole.series);
        const turned = await runSeed({ spec: loadYaml(JSON.stringify(reversed(plain, 0)), FUZZ_FILES).spec }, seed, HOOKS);
        assert.equal(turned.eventLogHash, whole.eventLogHash);
        assert.deepEqual(turned.metrics, whole.metrics);
      }),
      { seed: 4713, numRuns: 30 },
    );
  });

  it("in this thread and in two others, byte by byte", async () => {
    const text = base({ workloads: OTHERS, faults: CRASH });
    const scenario = loadYaml(text);
    const loaded: LoadedSpec = { spec: scenario.spec }; // plain data: the rest does not cross to a thread
    const workerFile = new URL("../../../src/experiment/worker.js", import.meta.url);
    const seeds = [1, 2, 3, 4, 5];
    const here = await runSeeds({ loaded, seeds, workers: 1, runSeed, workerFile });
    const there = await runSeeds({ loaded, seeds, workers: 2, runSeed, workerFile });
    assert.equal(documentOf(scenario, there), documentOf(scenario, here));
    assert.deepEqual(
      there.map(({ tables, series }) => ({ tables, series })),
      here.map(({ tables, series }) => ({ tables, series })),
    );
  });
});

/** Sections keep the order of what they name, which may matter; all other keys are turned round. */
function reversed(value: unknown, depth: number, inSection = false): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, reversed(inner, depth + 1, NAMED.includes(key))] as const);
  return Object.fromEntries(inSection ? entries : entries.reverse());
}

/** Maps from names: sites, racks and servers are numbered as they stand, ties go to the first, classes and models are columns. */
const NAMED = ["sites", "racks", "workloads", "controllers", "faults", "classes", "models"];
