/** Services whose requests are no events. */
import type { Rng } from "../kernel/index.ts";
import { DrawnArrivals, type FluidArrivals, TracedArrivals } from "../world/cluster/fluid/fluid-arrivals.ts";
import { FluidService } from "../world/cluster/fluid/fluid-service.ts";
import { type WorkLaw, workLaw, workLawOf } from "../world/cluster/fluid/work-law.ts";
import type { ServiceOptions } from "../world/cluster/service.ts";
import type { ServiceStats } from "../world/cluster/service-stats.ts";
import { type ArrivalProcess, type ArrivalsSpec, type LawSpec, makeArrivals, makeLaw } from "../world/workload/index.ts";
import type { BuildContext } from "./build.ts";
import { FLUID_INTERVAL_S, type ServiceSpec } from "./spec.ts";
import { traceWorkS } from "./trace-sizes.ts";

interface Part {
  readonly options: ServiceOptions;
  readonly stats: ServiceStats;
  readonly rng: Rng;
  /** Do replicas take requests in turn? */
  readonly isInTurn: boolean;
}

export function fluidService(context: BuildContext, spec: ServiceSpec, { options, stats, rng, isInTurn }: Part): FluidService {
  const { world, dayOffsetS } = context;
  const made = makeArrivals(spec.arrivals as unknown as ArrivalsSpec);
  const worksS = made.kind === "trace" ? traceWorkS(made.table, spec.work) : undefined;
  const work = worksS === undefined ? lawOf(spec.work as LawSpec) : workLawOf(worksS);
  const streamRng = rng.fork("fluid");
  let arrivals: FluidArrivals;
  if (made.kind === "trace") {
    arrivals = new TracedArrivals({ timesS: timesOf(made.create({ rng: streamRng, dayOffsetS })), worksS }, work, streamRng);
  } else {
    const stream = made.kind === "open" ? made.stream?.(dayOffsetS) : undefined;
    if (stream === undefined) throw new Error(`arrivals ${spec.arrivals.kind} of ${options.name} have no stream`); // the scenario is refused
    arrivals = new DrawnArrivals(stream, work, streamRng);
  }
  const fluid = { ...options, intervalS: spec.interval ?? FLUID_INTERVAL_S, isInTurn, work };
  return new FluidService(world.simulation, fluid, arrivals, stats, world);
}

function timesOf(process: ArrivalProcess): Float64Array {
  const timesS: number[] = [];
  for (let timeS = process.nextS(); timeS < Infinity; timeS = process.nextS()) timesS.push(timeS);
  return Float64Array.from(timesS);
}

/** Laws take their time to tabulate, and the same scenario is built again and again. */
const LAWS = new WeakMap<LawSpec, WorkLaw>();

function lawOf(spec: LawSpec): WorkLaw {
  const known = LAWS.get(spec);
  if (known !== undefined) return known;
  const law = workLaw(makeLaw(spec), spec.kind === "exponential");
  LAWS.set(spec, law);
  return law;
}
