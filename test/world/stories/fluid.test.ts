/** Stories of services whose requests are no events, by hand arithmetic and beside the same scenarios with events. */
import { strict as assert } from "node:assert";
import { PHASE } from "../../../src/kernel/index.ts";
import { buildWorld } from "../../../src/scenario/build.ts";
import { actuate } from "../../../src/world/actuators.ts";
import { identities } from "../../../src/world/metrics/identities.ts";
import type { Action, ServiceTelemetry } from "../../../src/world/ports.ts";
import { Scraper } from "../../../src/world/scraper.ts";
import type { ServiceUnit, World } from "../../../src/world/world.ts";
import { type Files, loadYaml } from "../run-yaml.ts";

type Step = Action | ((world: World) => void);

interface Told {
  readonly world: World;
  readonly web: ServiceUnit;
  /** One sample each 15 s. */
  readonly seen: readonly ServiceTelemetry[];
}

function tell(
  fields: string,
  endS: number,
  steps: readonly (readonly [number, Step])[] = [],
  { more = "", files = {} as Files, seed = 1 } = {},
): Told {
  const sites = "sites: { west: { servers: { kind: small-8c, count: 2 } } }";
  const text = `name: story\nseed: 1\nduration: 10000 s\n${sites}\nworkloads: { web: { kind: service, ${fields} } }\n${more}\n`;
  const built = buildWorld(loadYaml(text, files).spec, { seed, warmupS: 0 });
  const { world } = built;
  const scraper = new Scraper(world, world.sites[0]?.options.forecast as never, undefined);
  const seen: ServiceTelemetry[] = [];
  for (let atS = 0; atS <= endS; atS += 15)
    world.simulation.scheduleAt(atS, PHASE.sample, () => void seen.push(scraper.scrape().workloads.web as ServiceTelemetry));
  built.begin();
  for (const [atS, step] of steps)
    world.simulation.scheduleAt(atS, PHASE.control, () => {
      if (typeof step === "function") step(world);
      else assert.equal(actuate(world, step), undefined);
    });
  world.simulation.runUntil(endS);
  world.finalize();
  for (const [name, holds] of Object.entries(identities(world))) assert.ok(holds, name);
  return { world, web: world.services[0] as ServiceUnit, seen };
}

const near = (value: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(value - expected) <= relative * Math.abs(expected), `${value} beside ${expected}`);

const POISSON = "work: { kind: exponential, mean: 20 ms }, arrivals: { kind: poisson, rate: 40 req/s }, slo: { latency: 100 ms }";
/** One request a second, to the second, of half a second of work. */
const CLOCKWORK = "work: 0.5 s, arrivals: { kind: renewal, gap: 1 s }";

const finished = ({ service }: ServiceUnit): number => service.stats.endedCount[0] as number;
const failed = ({ service }: ServiceUnit): number => service.stats.endedCount[2] as number;

describe("story: a fluid service", () => {
  it("of clockwork answers each request at once, and keeps half a core busy", () => {
    const { web, world, seen } = tell(`mode: fluid, ${CLOCKWORK}`, 3000);
    assert.equal(web.service.stats.arrivedCount, 3000);
    near(finished(web), 3000, 0.001);
    near(web.service.stats.total.latencyS.mean, 0.5, 1e-9);
    near(web.service.set.busyCoreS(3000), 1500, 0.001);
    near(world.servers[0]?.meter.busyCoreS as number, 1500, 0.001);
    const last = seen.at(-1) as ServiceTelemetry;
    assert.deepEqual([last.arrivalRatePerS, last.readyReplicas], [1, 1]);
    near(last.latencyP50S, 0.5, 1e-9);
    near(last.cpuUtilization, 0.5, 0.001);
  });

  it("shows telemetry as restless as with events", () => {
    const spread = (mode: string, of: (seen: ServiceTelemetry) => number): number => {
      const values = tell(`mode: ${mode}, ${POISSON}`, 6000).seen.slice(20).map(of);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length) / mean;
    };
    for (const of of [({ arrivalRatePerS }: ServiceTelemetry) => arrivalRatePerS, ({ busyCores }: ServiceTelemetry) => busyCores])
      near(spread("fluid", of), spread("events", of), 0.2);
  });

  it("shows in an interval what an interval shows with events: how many meet the SLO, and p99", () => {
    const work = "concurrency: 4, replicas: 2, limits: { cpu: 3.5 }, work: { kind: exponential, mean: 200 ms }, slo: { latency: 2 s }";
    const of = (mode: string, rate: number): readonly [met: number, p99: number] => {
      const fields = `mode: ${mode}, ${work}, arrivals: { kind: poisson, rate: ${rate} req/s }`;
      const { seen } = tell(fields, 15_000);
      const intervals = seen.slice(40).map(({ good, ended, latencyP99S }) => ({ good: good / ended, latencyP99S }));
      const mean = (value: (each: (typeof intervals)[number]) => number): number =>
        intervals.reduce((sum, each) => sum + value(each), 0) / intervals.length;
      return [mean((each) => (each.good >= 0.99 ? 1 : 0)), mean((each) => each.latencyP99S)];
    };
    // Loads of 0.74 and 0.86. A law that is the same in each interval would meet the SLO in all of them or in none.
    for (const rate of [26, 30]) {
      const [met, p99] = of("events", rate);
      const fluid = of("fluid", rate);
      assert.ok(Math.abs(fluid[0] - met) < 0.08, `${fluid[0]} of intervals beside ${met}`);
      near(fluid[1], p99, 0.08);
    }
  });

  it("shows over all intervals what holds of all requests, of which more are in intervals with many", () => {
    // M/M/1 at a load of 0.8, 60 requests an interval: P(latency > 2 s) = e^-2.
    const { seen } = tell(
      "mode: fluid, work: { kind: exponential, mean: 200 ms }, slo: { latency: 2 s }, arrivals: { kind: poisson, rate: 4 req/s }",
      150_000,
    );
    const sum = (of: (each: ServiceTelemetry) => number): number => seen.reduce((total, each) => total + of(each), 0);
    near(1 - sum(({ good }) => good) / sum(({ ended }) => ended), Math.exp(-2), 0.06);
  });

  it("goes by the work that a trace brings: where it grows too much, all wait", () => {
    // A request a second, of 0.25 s for half an hour, then of 1.2 s: a backlog of 0.2 s each second. After another half hour 360 s of work wait.
    const rows = Array.from({ length: 3600 }, (_, i) => `${i},${i < 1800 ? 0.25 : 1.2}`);
    const files = { "t.csv": `arrival_s,work_s\n${rows.join("\n")}\n` };
    const fields = "work: { kind: trace, column: work_s }, arrivals: { kind: trace, file: t.csv }, slo: { latency: 5 s }";
    const { seen } = tell(`mode: fluid, ${fields}`, 3600, [], { files });
    const events = tell(`mode: events, ${fields}`, 3600, [], { files }).seen;
    for (const atS of [1500, 3585]) {
      const [mine, theirs] = [seen[atS / 15] as ServiceTelemetry, events[atS / 15] as ServiceTelemetry];
      near(mine.busyCores, theirs.busyCores, 0.02);
      assert.ok(Math.abs(mine.queued - theirs.queued) <= 0.1 * theirs.queued + 2, `${mine.queued} beside ${theirs.queued}`);
      assert.ok(atS === 1500 ? mine.latencyP50S < 1 : Math.abs(mine.latencyP50S - theirs.latencyP50S) < 0.2 * theirs.latencyP50S); // gaps are taken as Poisson's
    }
  });

  it("takes clockwork up to its capacity", () => {
    const { seen } = tell("mode: fluid, work: 1 s, arrivals: { kind: renewal, gap: 1 s }", 600);
    assert.ok((seen.at(-1) as ServiceTelemetry).latencyP99S >= 1);
  });

  it("is what it was after an order of what is there already", () => {
    const orders = (step: Step) => [1, 2, 3, 4].map((i) => [104 * i, step] as const);
    const of = (steps: readonly (readonly [number, Step])[]) => {
      const { web, seen } = tell(`mode: fluid, replicas: 2, limits: { cpu: 1 }, ${POISSON}`, 900, steps);
      return [web.service.stats.total.latencyS.sum, web.service.energyJ, ...seen.map(({ latencyP99S }) => latencyP99S)];
    };
    const still = of([]);
    assert.deepEqual(of(orders({ kind: "replicas", workload: "web", count: 2 })), still);
    assert.deepEqual(of(orders({ kind: "limits", workload: "web", cores: 1 })), still);
  });

  it("means what it means with events: latency, SLO, number in the system, cores", () => {
    const of = (mode: string) => {
      const { web, seen } = tell(`mode: ${mode}, replicas: 2, ${POISSON}`, 9000);
      const { total } = web.service.stats;
      const queued = seen.reduce((sum, each) => sum + each.queued + each.running, 0) / seen.length;
      return [total.latencyS.mean, total.good / total.arrived, web.service.areaS(9000) / 9000, web.service.set.busyCoreS(9000), queued];
    };
    const events = of("events");
    for (const [i, value] of of("fluid").entries()) near(value, events[i] as number, i === 4 ? 0.2 : 0.03);
  });

  it("takes a replica in after its start-up, and the two share the load", () => {
    const steps = [[100, { kind: "replicas", workload: "web", count: 2 }]] as const;
    const { web, seen } = tell(`mode: fluid, startup: 20 s, ${CLOCKWORK}`, 600, steps);
    assert.equal(web.service.set.up.length, 2);
    assert.deepEqual(
      seen.slice(6, 10).map(({ replicas, readyReplicas }) => `${readyReplicas} of ${replicas}`), // at 90, 105, 120 and 135 s
      ["1 of 1", "1 of 2", "2 of 2", "2 of 2"],
    );
    const [first, second] = web.service.replicas;
    near(second?.container.busyCoreSAt(600) as number, 0.25 * 480, 0.02);
    near(first?.container.busyCoreSAt(600) as number, 0.5 * 120 + 0.25 * 480, 0.02);
  });

  it("lets a replica that is taken out finish what it has", () => {
    // Two replicas, 1.5 requests a second each of 1 s: a backlog of 0.5 a second. At 300 s one leaves with 150 and works on for 150 s.
    const fields = "mode: fluid, replicas: 2, work: 1 s, arrivals: { kind: renewal, gap: 1 s, profile: { kind: table, file: p.csv } }";
    const files = { "p.csv": "time_s,factor\n0,3\n300,0\n9000,1\n" };
    const there: number[] = [];
    const look = (world: World): void => void there.push(world.services[0]?.service.replicas.length as number);
    const drain = [300, { kind: "replicas", workload: "web", count: 1 }] as const;
    const { web } = tell(fields, 600, [drain, [440, look], [470, look]], {
      files,
      more: "controllers: { turn: { kind: round-robin, target: { workload: web } } }",
    });
    assert.deepEqual(there, [2, 1]);
    assert.equal(finished(web), 900);
  });

  it("loses what a crash takes, and all that comes while nobody is up", () => {
    const more = "faults: { crash: { kind: server-crash, target: { server: west/0 }, at: 100 s, duration: 50 s } }";
    const { web } = tell(`mode: fluid, ${CLOCKWORK}`, 1000, [], { more });
    const { boot } = (web.service.replicas[0] as { server: { options: { boot: { timeS: number } } } }).server.options;
    near(failed(web), 50 + boot.timeS, 0.03);
    assert.equal(web.service.stats.arrivedCount, 1000);
  });

  it("slows down with its limit, and with its server, from that instant on", () => {
    const shared =
      "mode: fluid, discipline: ps, requests: { cpu: 0.1 }, limits: { cpu: 1 }, work: 20 ms, arrivals: { kind: poisson, rate: 20 req/s }";
    const limit = [1000, { kind: "limits", workload: "web", cores: 0.5 }] as const;
    const slow = [2000, (world: World) => world.slow(world.servers[0]?.id as never, "test", 0.5)] as const;
    const { seen } = tell(shared, 3000, [limit, slow]);
    // M/G/1 with shared cores: work / cores / (1 - load), at loads of 0.4, 0.8 and, on half a core at half the speed, above 1.
    const before = (atS: number): readonly ServiceTelemetry[] => seen.slice(atS / 15 - 39, atS / 15 + 1);
    const meanAt = (atS: number): number => before(atS).reduce((sum, { latencyP50S }) => sum + latencyP50S / 40, 0);
    assert.ok(meanAt(990) < 0.035 && meanAt(1980) > 0.1 && meanAt(2985) > 100);
    near((seen[1980 / 15] as ServiceTelemetry).limitCores, 0.5, 1e-9);
    near((seen[2985 / 15] as ServiceTelemetry).busyCores, 0.5, 0.01);
  });

  it("has the same bits for the same seed, whoever looks in between, and others for another", () => {
    const play = (seed: number, looks: number): readonly number[] => {
      const steps = Array.from({ length: looks }, (_, i) => [7 * i + 1, ({ services }: World) => services[0]?.service.catchUp()] as const);
      const { web, world } = tell(`mode: fluid, replicas: 2, ${POISSON}`, 900, steps as never, { seed });
      return [web.service.stats.total.latencyS.sum, finished(web), web.service.energyJ, world.sites[0]?.wallJ() as number];
    };
    assert.deepEqual(play(1, 0), play(1, 100));
    assert.notDeepEqual(play(1, 0), play(2, 0));
  });

  it("shares its server's cores with others by weight", () => {
    // Eight cores; a job of weight 1024 wants all of them, and so does the service in its rush: half for each.
    const text =
      "mode: fluid, discipline: ps, requests: { cpu: 1 }, work: 1 s, arrivals: { kind: poisson, rate: 6 req/s, profile: { kind: table, file: p.csv } }";
    const files = { "p.csv": "time_s,factor\n0,1\n5000,0.1\n10000,0.1\n" };
    const more = "";
    const alone = tell(text, 600, [], { files, more });
    near((alone.seen.at(-1) as ServiceTelemetry).busyCores, 6, 0.1);
    const built = `name: story\nseed: 1\nduration: 1000 s\nsites: { west: { servers: { kind: small-8c } } }\nworkloads: { web: { kind: service, ${text} }, etl: { kind: batch, jobs: 1, cores: 7, weight: 1024, work: 1 day } }\n`;
    const { world, ...rest } = buildWorld(loadYaml(built, files).spec, { seed: 1, warmupS: 0 });
    rest.begin();
    world.simulation.runUntil(600);
    world.finalize();
    for (const [name, holds] of Object.entries(identities(world))) assert.ok(holds, name);
    near(world.services[0]?.service.set.busyCoreS(600) as number, 4 * 600, 0.02);
  });
});
