/** Stories of replicas that come and go and of limits that change, by hand arithmetic. */
import { strict as assert } from "node:assert";
import { PHASE } from "../../../src/kernel/index.ts";
import { buildWorld } from "../../../src/scenario/build.ts";
import { actuate } from "../../../src/world/actuators.ts";
import type { Request } from "../../../src/world/cluster/request-pool.ts";
import { OUTCOME_NAMES } from "../../../src/world/cluster/service-stats.ts";
import { identities } from "../../../src/world/metrics/identities.ts";
import type { Action } from "../../../src/world/ports.ts";
import { Scraper } from "../../../src/world/scraper.ts";
import type { ServiceUnit, World } from "../../../src/world/world.ts";
import { csv, type Files, loadYaml, near } from "../run-yaml.ts";

const ONE = "sites: { west: { servers: { kind: small-8c } } }";
const web = (fields: string): string =>
  `workloads: { web: { kind: service, arrivals: { kind: trace, file: web.csv }, work: { kind: trace, column: work_s }, ${fields} } }`;
const arrivals = (...rows: readonly (readonly [arrivalS: number, workS: number])[]): Files => ({
  "web.csv": csv("arrival_s,work_s", ...rows),
});
const replicas = (count: number, workload = "web"): Action => ({ kind: "replicas", workload, count });

interface Told {
  readonly world: World;
  readonly web: ServiceUnit;
  readonly refusals: readonly (string | undefined)[];
  /** How and when requests ended, by id. */
  readonly ends: readonly string[];
}

/** Plays to `endS`, acting and looking at the given instants. */
function tell(lines: string, endS: number, steps: readonly (readonly [number, Action | ((world: World) => void)])[], files: Files): Told {
  const built = buildWorld(loadYaml(`name: story\nseed: 1\nduration: 1000 s\n${lines}\n`, files).spec, { seed: 1, warmupS: 0 });
  const { world } = built;
  const ends: string[] = [];
  const refusals: (string | undefined)[] = [];
  world.addRecorder({
    requestsOf: () => (request: Request, nowS) => {
      ends[request.id] = `${OUTCOME_NAMES[request.outcome]} ${nowS}`;
    },
  });
  built.begin();
  for (const [atS, step] of steps)
    world.simulation.scheduleAt(atS, PHASE.control, () =>
      typeof step === "function" ? step(world) : void refusals.push(actuate(world, step)),
    );
  world.simulation.runUntil(endS);
  for (const server of world.servers) server.finalize();
  for (const site of world.sites) site.close();
  for (const [name, holds] of Object.entries(identities(world))) assert.ok(holds, name);
  return { world, web: world.services[0] as ServiceUnit, refusals, ends };
}

const counts = ({ service: { set } }: ServiceUnit): string => `${set.up.length} of ${set.wantedCount}, ${set.present.length} there`;

describe("story: a service that is scaled", () => {
  it("adds a replica that takes requests after its start-up", () => {
    // One slot. Requests of 10 s at 0, 1 and 6 s; a second replica is asked for at 0.5 s and starts for 5 s. Round-robin over
    // those that are up: the request at 1 s waits at the only one, the one at 6 s goes to the new one.
    const rule = "controllers: { turn: { kind: round-robin, target: { workload: web } } }";
    const seen: string[] = [];
    const look = (world: World): void => void seen.push(counts(world.services[0] as ServiceUnit));
    const { ends, refusals } = tell(
      `${ONE}\n${web("startup: 5 s")}\n${rule}`,
      100,
      [
        [0.5, replicas(2)],
        [5.4, look],
        [5.6, look],
      ],
      arrivals([0, 10], [1, 10], [6, 10]),
    );
    assert.deepEqual(seen, ["1 of 2, 2 there", "2 of 2, 2 there"]);
    assert.deepEqual(ends, ["finished 10", "finished 20", "finished 16"]);
    assert.deepEqual(refusals, [undefined]);
  });

  it("lets a replica that leaves finish what runs and what waits, and gives its room back", () => {
    // Two replicas of one slot in turn: 0 and 2 s to the first, 1 and 3 s to the second, 10 s each. At 4 s the second is taken
    // out: it is done at 21 s. A request at 5 s goes to the first though it is the second's turn: 20..30 s.
    const turn = "controllers: { turn: { kind: round-robin, target: { workload: web } } }";
    const reserved: number[] = [];
    const look = (world: World): void => void reserved.push(world.servers[0]?.reservedCores as number);
    const { ends, web: unit } = tell(
      `${ONE}\n${web("replicas: 2")}\n${turn}`,
      100,
      [
        [4, replicas(1)],
        [20.9, look],
        [21.1, look],
      ],
      arrivals([0, 10], [1, 10], [2, 10], [3, 10], [5, 10]),
    );
    assert.deepEqual(ends, ["finished 10", "finished 11", "finished 20", "finished 21", "finished 30"]);
    assert.deepEqual(reserved, [2, 1]);
    assert.equal(counts(unit), "1 of 1, 1 there");
    near(unit.service.set.busyCoreS(100), 50);
    near(unit.service.set.areaS(100), 100 + 21);
  });

  it("leaves once, when its last requests finish at the same instant", () => {
    const { ends, web: unit } = tell(
      `${ONE}\n${web("replicas: 2, discipline: ps, requests: { cpu: 2 }")}`,
      100,
      [[2, replicas(1)]],
      arrivals([1, 3], [1, 3], [1, 3], [1, 3]),
    );
    assert.deepEqual(new Set(ends).size, 1);
    assert.equal(counts(unit), "1 of 1, 1 there");
  });

  it("places what fits and says why the rest does not come", () => {
    const { refusals, web: unit } = tell(
      `${ONE}\n${web("concurrency: 3, requests: { cpu: 3, memory: 1 GiB }")}`,
      50,
      [
        [1, replicas(5)],
        [20, replicas(0)],
        [21, replicas(1.5)],
        [22, replicas(2, "api")],
      ],
      arrivals([0, 1]),
    );
    assert.deepEqual(refusals, [
      "only 1 of 4 more replicas of web fit: each needs 3 cores and 1 GiB on one server",
      "web needs a whole number of replicas, at least 1, got 0",
      "web needs a whole number of replicas, at least 1, got 1.5",
      'no service "api"',
    ]);
    assert.equal(counts(unit), "2 of 2, 2 there");
  });

  it("takes out those that still start before those that serve", () => {
    const { ends, web: unit } = tell(
      `${ONE}\n${web("startup: 60 s")}`,
      100,
      [
        [1, replicas(3)],
        [2, replicas(1)],
      ],
      arrivals([0, 10]),
    );
    assert.deepEqual(ends, ["finished 10"]);
    assert.equal(counts(unit), "1 of 1, 1 there");
  });

  it("makes room for jobs that wait", () => {
    // Eight cores: a service of two replicas of four, and a job of four that cannot start until one has left at 10 s: 10..30 s.
    const job = "etl: { kind: batch, jobs: 1, cores: 4, work: 20 s }";
    const { world } = tell(
      `${ONE}\n${web("replicas: 2, concurrency: 4").replace(/ }$/, `, ${job} }`)}`,
      100,
      [[10, replicas(1)]],
      arrivals([0, 1]),
    );
    assert.equal(world.batches[0]?.workload.stats.turnaroundS.max, 30);
  });

  it("loses what a draining replica holds when its server crashes, and the replica with it", () => {
    const crash = "faults: { crash: { kind: server-crash, target: { server: west/0 }, at: 5 s, duration: 10 s } }";
    const { ends, web: unit } = tell(
      `${ONE}\n${web("replicas: 2")}\ncontrollers: { turn: { kind: round-robin, target: { workload: web } } }\n${crash}`,
      400,
      [[4, replicas(1)]],
      arrivals([0, 10], [1, 10], [300, 10]), // the server has booted by then
    );
    assert.deepEqual(ends, ["failed 5", "failed 5", "finished 310"]);
    assert.equal(counts(unit), "1 of 1, 1 there");
  });
});

describe("story: limits that change", () => {
  it("slow down or speed up what runs, from there on", () => {
    // Four requests of 6 s on four cores of a replica. At 2 s limited to two: 4 s of work left each at half speed would take
    // 8 s; at 6 s (2 s left) four cores again: 8 s.
    const limits = (cores: number): Action => ({ kind: "limits", workload: "web", cores });
    const { ends, refusals } = tell(
      `${ONE}\n${web("concurrency: 4, requests: { cpu: 1 }")}`,
      100,
      [
        [2, limits(2)],
        [6, limits(4)],
        [7, limits(0.5)],
        [7, { kind: "limits", workload: "api", cores: 1 }],
      ],
      arrivals([0, 6], [0, 6], [0, 6], [0, 6]),
    );
    assert.deepEqual(ends, ["finished 8", "finished 8", "finished 8", "finished 8"]);
    assert.deepEqual(refusals, [undefined, undefined, "limits.cpu of web must be at least requests.cpu, 1, got 0.5", 'no service "api"']);
  });

  it("on memory below what is in use kill at once, and it restarts", () => {
    // 100 MiB and 50 MiB for each of two requests; a limit of 150 MiB at 3 s fails both, and the replica is back at 13 s.
    const MIB = 1_048_576;
    const {
      ends,
      refusals,
      web: unit,
    } = tell(
      `${ONE}\n${web("concurrency: 2, memoryUse: { base: 100 MiB, perRequest: 50 MiB }, limits: { memory: 1 GiB }")}`,
      100,
      [
        [3, { kind: "limits", workload: "web", memoryB: 150 * MIB }],
        [4, { kind: "limits", workload: "web", memoryB: 99 * MIB }],
      ],
      arrivals([0, 10], [1, 10], [12, 1], [14, 1]),
    );
    assert.deepEqual(ends, ["failed 3", "failed 3", "failed 12", "finished 15"]);
    assert.deepEqual(refusals, [undefined, `limits.memory of web must be at least ${100 * MIB} B, got ${99 * MIB}`]);
    assert.equal(unit.service.stats.oomRestarts, 1);
  });
});

describe("telemetry of a service", () => {
  it("says rates, utilization and replicas over the interval", () => {
    // Two replicas of one slot in turn: 4 s of work at 2 s, 3 s at 3 s, 20 s at 12 s. The third replica is ready at 15 s.
    const seen: unknown[] = [];
    const scrapers: Scraper[] = [];
    const look = (): void => void seen.push(scrapers[0]?.scrape().workloads.web);
    tell(
      `${ONE}\n${web("replicas: 2, startup: 5 s, requests: { cpu: 0.5 }, slo: { latency: 3.5 s }")}\ncontrollers: { turn: { kind: round-robin, target: { workload: web } } }`,
      20,
      [
        [0, (world) => void scrapers.push(new Scraper(world, { predict: () => 0 }, undefined))],
        [10, look],
        [10, replicas(3)],
        [20, look],
      ],
      arrivals([2, 4], [3, 3], [12, 20]),
    );
    const common = {
      kind: "service",
      sloS: 3.5,
      limitCores: 1,
      limitMemoryB: Number.POSITIVE_INFINITY,
      memoryB: 0,
      oomRestarts: 0,
      queued: 0,
    };
    assert.deepEqual(seen, [
      {
        ...common,
        ...{ arrivalRatePerS: 0.2, latencyP50S: 3, latencyP99S: 4, running: 0, busyCores: 0.7, ended: 2, good: 1 },
        ...{ replicas: 2, readyReplicas: 2, cpuUtilization: 7 / (20 * 0.5), cpuLimitUtilization: 7 / 20 },
      },
      {
        ...common,
        ...{ arrivalRatePerS: 0.1, latencyP50S: Number.NaN, latencyP99S: Number.NaN, running: 1, busyCores: 0.8, ended: 0, good: 0 },
        ...{ replicas: 3, readyReplicas: 3, cpuUtilization: 8 / (25 * 0.5), cpuLimitUtilization: 8 / 25 },
      },
    ]);
  });
});
