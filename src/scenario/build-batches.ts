/** Batch workloads: jobs, and the pools of servers they share. */
import { bestFit } from "../control/index.ts";
import { startMirror } from "../control/mirror.ts";
import type { Rng } from "../kernel/index.ts";
import { driveJobs } from "../world/arrival-drivers.ts";
import { BatchPool, type NewJob } from "../world/cluster/batch-pool.ts";
import { BatchWorkload } from "../world/cluster/batch-workload.ts";
import { ServerFleetIndex } from "../world/cluster/placement/fleet-index.ts";
import type { DelayRule, PlaceRule } from "../world/cluster/ports.ts";
import { fleetServer } from "../world/cluster/replica-placer.ts";
import type { Site } from "../world/cluster/site.ts";
import type { ArrivalProcess } from "../world/workload/arrivals.ts";
import { type ArrivalsSpec, type LawSpec, makeArrivals, makeLaw, type Replay, type Trace } from "../world/workload/index.ts";
import { PRIORITY_RANK } from "../world/world.ts";
import type { BuildContext } from "./build.ts";
import { forecastFor, make } from "./build-policies.ts";
import { allowedServers } from "./build-services.ts";
import { type BatchSpec, noCarbonIn } from "./spec.ts";
import { readPiece } from "./stored-bytes.ts";
import { cellsOf } from "./trace-cells.ts";

/** Shares of a core next to a critical service's 1024: cgroup's weight of an idle container. */
const BEST_EFFORT_WEIGHT = 3;
const NORMAL_WEIGHT = 1024;

export function addBatches(context: BuildContext): void {
  const pools = new Map<string, BatchPool>();
  let jobCount = 0;
  const nextId = (): number => jobCount++;
  for (const [name, workload] of Object.entries(context.spec.workloads)) {
    if (workload.kind !== "batch") continue;
    addBatch(context, { name, spec: workload, pool: poolFor(context, pools, name, workload), nextId });
  }
}

/** Workloads with the same servers, place rule and order share a queue. */
function poolFor(context: BuildContext, pools: Map<string, BatchPool>, name: string, spec: BatchSpec): BatchPool {
  const { world, policies, rng } = context;
  const place = policies.of(["place"], name);
  const key = JSON.stringify([spec.sites ?? null, place?.name ?? null, spec.backfill]);
  const known = pools.get(key);
  if (known !== undefined) return known;
  const servers = allowedServers(world, spec.sites);
  const rule = place === undefined ? bestFit.create({ kind: "best-fit" }) : make<PlaceRule>(place);
  const telemetry = place?.spec.telemetry;
  const mirror = telemetry === undefined ? undefined : new ServerFleetIndex(servers.map(fleetServer));
  const poolRng = rng.fork(`pool ${key}`);
  const pool = new BatchPool(world.simulation, { servers, rule, backfill: spec.backfill, mirror }, poolRng, world);
  for (const server of servers) pool.refresh(server);
  pools.set(key, pool);
  world.pools.push(pool);
  if (telemetry !== undefined && mirror !== undefined) {
    const timing = { scrapeS: telemetry.scrape, delayS: telemetry.delay, loss: telemetry.loss };
    context.starters.push(() => startMirror(world, pool, { mirror, ...timing }, poolRng.fork("mirror")));
  }
  return pool;
}

/** The first site that the workload may use: the one whose grid its forecasts are about. */
function siteOfServers({ world }: BuildContext, spec: BatchSpec): Site {
  return world.sites.find(({ options }) => spec.sites === undefined || spec.sites.includes(options.name)) as Site;
}

function addBatch(context: BuildContext, it: { name: string; spec: BatchSpec; pool: BatchPool; nextId(): number }): void {
  const { world, policies, rng, warmupS } = context;
  const { name, spec, pool, nextId } = it;
  const delay = policies.of(["delay"], name);
  const batchRng = rng.fork(`workloads.${name}`);
  const arrivals = arrivalsOf(context, spec, batchRng);
  const workload = new BatchWorkload(
    {
      name,
      weight: spec.weight ?? (spec.priority === "best-effort" ? BEST_EFFORT_WEIGHT : NORMAL_WEIGHT),
      hasDeadlines: spec.deadline !== undefined || spec.slack !== undefined || arrivals.trace?.numbers.deadline_s !== undefined,
      slackS: spec.slack,
      checkpointS: spec.checkpointEvery,
      isInterruptible: spec.interruptible,
      preempts: spec.preempts,
      floorPerDay: spec.floor === undefined ? undefined : wholeIfClose(spec.floor * S_PER_DAY),
    },
    delay === undefined ? undefined : { rule: make<DelayRule>(delay), carbon: forecastFor(delay, siteOfServers(context, spec)) },
    warmupS,
  );
  world.batches.push({ name, tenant: spec.tenant, noCarbon: noCarbonIn(context.spec.sites, spec.sites), workload, pool });
  const job = jobSource(spec, arrivals, batchRng);
  context.starters.push(() =>
    driveJobs(world.simulation, { process: arrivals.process, limit: spec.jobs ?? Infinity, job }, { pool, workload, nextId }),
  );
}

const S_PER_DAY = 86_400;
const ROUNDING = 1e-9;

/** A rate that was said per day has been divided by 86400: 13 comes back as 13.000000000000002, which 13 jobs would miss. */
function wholeIfClose(value: number): number {
  return Math.abs(value - Math.round(value)) <= ROUNDING * value ? Math.round(value) : value;
}

type JobArrivals = { readonly process: ArrivalProcess; readonly trace?: undefined } | { readonly process: Replay; readonly trace: Trace };

/** Without `arrivals`, all jobs are there at the start. */
function arrivalsOf({ dayOffsetS }: BuildContext, spec: BatchSpec, rng: Rng): JobArrivals {
  if (spec.arrivals === undefined) return { process: { nextS: () => 0 } };
  const made = makeArrivals(spec.arrivals as unknown as ArrivalsSpec);
  if (made.kind === "closed") throw new Error("closed arrivals are for services"); // refused by the meaning pass
  if (made.kind === "trace") return { process: made.replay(readPiece), trace: made.trace };
  return { process: made.create({ rng: rng.fork("arrivals"), dayOffsetS, ...(spec.jobs === undefined ? {} : { jobs: spec.jobs }) }) };
}

/** A job's size: from the trace's columns where it has them, else as the workload says. */
function jobSource(spec: BatchSpec, arrivals: JobArrivals, rng: Rng): (row: number) => NewJob {
  const workS = workSource(spec, arrivals, rng);
  const at = (name: string, otherwise: number): ((row: number) => number) => {
    const { process, trace } = arrivals;
    return trace === undefined || trace.numbers[name] === undefined ? () => otherwise : process.numbers(name);
  };
  const coresOf = at("cores", spec.cores);
  const memoryOf = at("memory_b", spec.memory);
  const deadlineOf = at("deadline_s", spec.deadline ?? Infinity);
  const rankOf = rankSource(spec, arrivals);
  return (row) => {
    const work = workS(row);
    const declaredDeadlineS = deadlineOf(row);
    const deadlineS = spec.slack === undefined ? declaredDeadlineS : Math.min(declaredDeadlineS, work + spec.slack);
    return {
      workS: work,
      cores: coresOf(row),
      memoryB: memoryOf(row),
      priority: rankOf(row),
      deadlineS,
      declaredDeadlineS,
      slackS: Math.max(0, spec.slack ?? deadlineS - work),
    };
  };
}

function rankSource(spec: BatchSpec, { process, trace }: JobArrivals): (row: number) => number {
  const said = trace?.texts.priority as readonly (keyof typeof PRIORITY_RANK)[] | undefined; // its reader lets no other word in
  if (trace === undefined || said === undefined) return () => PRIORITY_RANK[spec.priority];
  const ranks = said.map((priority) => PRIORITY_RANK[priority]);
  const codeOf = process.codes("priority");
  return (row) => ranks[codeOf(row)] as number;
}

function workSource(spec: BatchSpec, { process, trace }: JobArrivals, rng: Rng): (row: number) => number {
  const workS = trace === undefined ? undefined : cellsOf(process, spec.work, "work_s");
  return workS ?? makeLaw(spec.work as LawSpec).factory(rng.fork("work")).draw;
}
