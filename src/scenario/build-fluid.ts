/** Services whose requests are no events. */
import type { Rng } from "../kernel/index.ts";
import { DrawnArrivals, type FluidArrivals, TracedArrivals } from "../world/cluster/fluid/fluid-arrivals.ts";
import { FluidClock } from "../world/cluster/fluid/fluid-clock.ts";
import { FluidService } from "../world/cluster/fluid/fluid-service.ts";
import { type WorkLaw, WorkSample, workLaw } from "../world/cluster/fluid/work-law.ts";
import type { ServiceOptions } from "../world/cluster/service.ts";
import type { ServiceStats } from "../world/cluster/service-stats.ts";
import {
  type ArrivalsSpec,
  type CellOf,
  type ClosedArrivals,
  type LawSpec,
  makeArrivals,
  makeLaw,
  type OpenArrivals,
  type TraceArrivals,
} from "../world/workload/index.ts";
import type { BuildContext } from "./build.ts";
import { FLUID_INTERVAL_S, type ServiceSpec } from "./spec.ts";
import { readPiece } from "./stored-bytes.ts";
import { cellsOf } from "./trace-cells.ts";

interface Part {
  readonly options: ServiceOptions;
  readonly stats: ServiceStats;
  readonly rng: Rng;
  /** Do replicas take requests in turn? */
  readonly isInTurn: boolean;
}

export function fluidService(context: BuildContext, spec: ServiceSpec, { options, stats, rng, isInTurn }: Part): FluidService {
  const made = makeArrivals(spec.arrivals as unknown as ArrivalsSpec);
  const { work, arrivals } = made.kind === "trace" ? traced(made, spec, rng) : drawn(made, spec, context, rng);
  const fluid = { ...options, clock: clockOf(context, spec.interval ?? FLUID_INTERVAL_S), isInTurn, work, rng: rng.fork("seen") };
  return new FluidService(context.world.simulation, fluid, arrivals, stats, context.world);
}

function clockOf({ fluidClocks, world }: BuildContext, intervalS: number): FluidClock {
  const clock = fluidClocks.get(intervalS) ?? new FluidClock(world.simulation, intervalS);
  fluidClocks.set(intervalS, clock);
  return clock;
}

interface Coming {
  readonly work: WorkLaw;
  readonly arrivals: FluidArrivals;
}

function drawn(made: OpenArrivals | ClosedArrivals, spec: ServiceSpec, { dayOffsetS }: BuildContext, rng: Rng): Coming {
  const stream = made.kind === "open" ? made.stream?.({ rng: rng.fork("arrivals"), dayOffsetS }) : undefined;
  if (stream === undefined) throw new Error(`arrivals ${spec.arrivals.kind} are no stream`); // the scenario is refused
  const work = lawOf(spec.work as LawSpec);
  return { work, arrivals: new DrawnArrivals(stream, work, rng.fork("fluid")) };
}

function traced(made: TraceArrivals, spec: ServiceSpec, rng: Rng): Coming {
  const process = made.replay(readPiece);
  const workS = cellsOf(process, spec.work, "work_s");
  const work = workS === undefined ? lawOf(spec.work as LawSpec) : columnLawOf(made, spec);
  return { work, arrivals: new TracedArrivals({ process, workS }, work, rng.fork("fluid")) };
}

/** Laws take their time to tabulate, and the same scenario is built again and again. */
const LAWS = new WeakMap<object, WorkLaw>();

function lawOf(spec: LawSpec): WorkLaw {
  return remembered(spec, () => workLaw(makeLaw(spec), spec.kind === "exponential"));
}

/** Of a column of a trace: reads it once through. */
function columnLawOf(made: TraceArrivals, spec: ServiceSpec): WorkLaw {
  return remembered(spec, () => {
    const rows = made.replay(readPiece);
    const workS = cellsOf(rows, spec.work, "work_s") as CellOf;
    const sample = new WorkSample();
    while (rows.nextS() < Infinity) sample.add(workS(rows.row));
    return sample.law();
  });
}

function remembered(spec: object, make: () => WorkLaw): WorkLaw {
  const known = LAWS.get(spec) ?? make();
  LAWS.set(spec, known);
  return known;
}
