/** Services, their replicas' places, and what arrives at them. */

import { bestFit, random } from "../control/index.ts";
import type { Rng } from "../kernel/index.ts";
import { type ClassMix, ClosedLoop, driveOpen, lawSource, type RequestSource } from "../world/arrival-drivers.ts";
import type { AnyQueueRule, PlaceRule, RouteRule } from "../world/cluster/ports.ts";
import { ReplicaPlacer } from "../world/cluster/replica-placer.ts";
import type { ReplicatedService } from "../world/cluster/request-service.ts";
import type { Server } from "../world/cluster/server.ts";
import { Service, type ServiceOptions } from "../world/cluster/service.ts";
import { ServiceStats } from "../world/cluster/service-stats.ts";
import { type ArrivalsSpec, type LawSpec, makeArrivals, makeLaw, type Replay, type Trace } from "../world/workload/index.ts";
import { PRIORITY_RANK, type ServiceUnit, type World } from "../world/world.ts";
import type { BuildContext } from "./build.ts";
import { fluidService } from "./build-fluid.ts";
import { make } from "./build-policies.ts";
import { BuildProblem } from "./build-problem.ts";
import { noCarbonIn, type ServiceSpec, type ServingSloSpec } from "./spec.ts";
import { readPiece } from "./stored-bytes.ts";
import { cellsOf } from "./trace-cells.ts";

export function addServices(context: BuildContext): void {
  for (const [name, workload] of Object.entries(context.spec.workloads)) {
    if (workload.kind === "service") addService(context, name, workload);
  }
}

function addService(context: BuildContext, name: string, spec: ServiceSpec): void {
  const { world, policies, rng } = context;
  const serviceRng = rng.fork(`workloads.${name}`);
  const queue = policies.of(["queue", "oracle-queue"], name);
  const route = policies.of(["route"], name);
  const policy = {
    queue: queue === undefined || queue.spec.kind === "fcfs" ? undefined : make<AnyQueueRule>(queue),
    route: route === undefined ? random.create({ kind: "random" }) : make<RouteRule>(route),
  };
  const { classes = {} } = spec;
  const latenciesS = Object.values(classes).map(({ slo }) => slo?.latency);
  const isFluid = spec.mode === "fluid";
  const stats = statsFor(context, spec.slo, latenciesS, isFluid);
  const fluid = isFluid
    ? fluidService(context, spec, { options: optionsOf(name, spec), stats, rng: serviceRng, isInTurn: route?.spec.kind === "round-robin" })
    : undefined;
  const events = isFluid ? undefined : new Service(world.simulation, optionsOf(name, spec), policy, stats, serviceRng, world);
  const service = (fluid ?? events) as ReplicatedService;
  const place = policies.of(["place"], name);
  const rank = PRIORITY_RANK[spec.priority];
  const unit: ServiceUnit = {
    name,
    tenant: spec.tenant,
    noCarbon: noCarbonIn(context.spec.sites, spec.sites),
    rank,
    classNames: Object.keys(classes),
    service,
    placer: new ReplicaPlacer(world.simulation, service.set, {
      workload: name,
      priority: rank,
      servers: allowedServers(world, spec.sites),
      rule: place === undefined ? bestFit.create({ kind: "best-fit" }) : make<PlaceRule>(place),
      rng: serviceRng.fork("place"),
    }),
  };
  world.services.push(unit);
  placeReplicas(unit, spec.replicas);
  if (fluid !== undefined) context.starters.push(() => fluid.begin());
  if (events !== undefined) startArrivals(context, events, spec, serviceRng);
}

/** @param latenciesS of each class, of models and then of their classes, where they differ */
export function statsFor(
  { warmupS }: BuildContext,
  slo: ServingSloSpec | undefined,
  latenciesS: readonly (number | undefined)[],
  isFluid = false,
): ServiceStats {
  const { latency: latencyS = Infinity, ttft: ttftS = Infinity, tpot: tpotS = Infinity } = slo ?? {};
  const inUnits = slo === undefined ? undefined : { latencyS, ttftS, tpotS, percentile: slo.percentile, windowS: slo.window };
  return new ServiceStats({ warmupS, slo: inUnits, latenciesS, isFluid });
}

function optionsOf(name: string, spec: ServiceSpec): ServiceOptions {
  const isShared = spec.discipline === "ps";
  const concurrency = spec.concurrency === "unlimited" ? Infinity : (spec.concurrency ?? (isShared ? Infinity : 1));
  const limitCores = spec.limits?.cpu ?? Infinity;
  const slotCores = isShared ? Infinity : concurrency;
  const memoryB = spec.requests?.memory ?? spec.memoryUse?.base ?? 0;
  const defaultCores = isShared || concurrency === Infinity ? 1 : concurrency;
  return {
    name,
    concurrency,
    queueLimit: spec.queueLimit ?? Infinity,
    reserved: { cores: spec.requests?.cpu ?? Math.min(defaultCores, limitCores), memoryB },
    slotCores,
    limitCores,
    weight: spec.weight,
    memoryLimitB: spec.limits?.memory ?? Infinity,
    memoryUse: { baseB: spec.memoryUse?.base ?? memoryB, perRequestB: spec.memoryUse?.perRequest ?? 0 },
    startupS: spec.startup,
    restartS: spec.restart,
    attempts: spec.resilience?.attempts ?? 1,
    timeoutS: spec.resilience?.timeout ?? Infinity,
    backoffS: spec.resilience?.backoff ?? 0,
    classPriorities: Object.values(spec.classes ?? {}).map(({ priority }) => priority),
  };
}

/** Servers a workload may use: all, or those of its sites. */
export function allowedServers(world: World, sites: readonly string[] | undefined): readonly Server[] {
  return sites === undefined ? world.servers : world.servers.filter(({ options }) => sites.includes(options.site));
}

/** Only building tells: room depends on the place rules. */
function placeReplicas({ placer, name }: ServiceUnit, wanted: number): void {
  const placed = placer.add(wanted, 0);
  if (placed === wanted) return;
  const message = `only ${placed} of ${wanted} fit on the servers, beside what was placed before`;
  throw new BuildProblem(["workloads", name, "replicas"], message, "Hint: fewer replicas, smaller requests, or more servers.");
}

function startArrivals(context: BuildContext, service: Service, spec: ServiceSpec, rng: Rng): void {
  const { simulation } = context.world;
  const made = makeArrivals(spec.arrivals as unknown as ArrivalsSpec);
  if (made.kind === "closed") {
    const options = { users: made.users, thinkTime: made.thinkTime.factory, mix: mixOf(spec) };
    const loop = new ClosedLoop(simulation, service, options, rng.fork("users"));
    service.userFree = (user) => loop.userFree(user);
    context.starters.push(() => loop.begin());
    return;
  }
  if (made.kind === "trace") {
    const replay = made.replay(readPiece);
    const source = traceSource(made.trace, replay, spec, rng);
    context.starters.push(() => driveOpen(simulation, replay, source, service));
    return;
  }
  const process = made.create({ rng: rng.fork("arrivals"), dayOffsetS: context.dayOffsetS });
  const source = lawSource(mixOf(spec), rng);
  context.starters.push(() => driveOpen(simulation, process, source, service));
}

function mixOf(spec: ServiceSpec): ClassMix {
  const own = spec.work as LawSpec | undefined;
  const classes = spec.classes === undefined ? [{ share: 1, work: own }] : Object.values(spec.classes);
  return {
    shares: classes.map(({ share }) => share),
    sizes: classes.map(({ work }) => makeLaw((work ?? own) as LawSpec).factory),
  };
}

/** Requests of a trace: class and work from its columns where it has them, else by law. */
function traceSource(trace: Trace, replay: Replay, spec: ServiceSpec, rng: Rng): RequestSource {
  const byLaw = hasLaw(spec) ? lawSource(mixOf(spec), rng) : undefined;
  const workS = cellsOf(replay, spec.work, "work_s");
  const names = Object.keys(spec.classes ?? {});
  const classes = trace.texts.class?.map((name) => names.indexOf(name));
  const codeOf = classes !== undefined && names.length > 0 ? replay.codes("class") : undefined;
  return {
    classIndex:
      codeOf === undefined
        ? (row) => (byLaw === undefined ? 0 : byLaw.classIndex(row))
        : (row) => (classes as readonly number[])[codeOf(row)] as number,
    size: workS === undefined ? (classIndex, row) => (byLaw as RequestSource).size(classIndex, row) : (_, row) => workS(row),
    promptTokens: () => 0,
  };
}

const hasLaw = ({ work, classes }: ServiceSpec): boolean =>
  (work !== undefined && work.kind !== "trace") ||
  (classes !== undefined && Object.values(classes).every((each) => each.work !== undefined));
