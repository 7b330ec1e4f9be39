/** A checked scenario becomes a world: here the rooms' factories meet. Everything random hangs on one root stream. */

import type { ExternalController } from "../agents/external-controller.ts";
import { ControlLoop } from "../control/loop.ts";
import { faults } from "../faults/index.ts";
import { startFault } from "../faults/schedule.ts";
import { type Rng, rootRng, Simulation } from "../kernel/index.ts";
import type { Table } from "../world/base/table.ts";
import type { FluidClock } from "../world/cluster/fluid/fluid-clock.ts";
import { type LawSpec, makeLaw } from "../world/workload/index.ts";
import { World } from "../world/world.ts";
import { addBatches } from "./build-batches.ts";
import { externalControllers } from "./build-externals.ts";
import { bindings, type Policies, policiesOf } from "./build-policies.ts";
import { addServices } from "./build-services.ts";
import { addServings } from "./build-servings.ts";
import { addSites } from "./build-sites.ts";
import { dayOffsetOf, type FaultSpec, type ScenarioSpec } from "./spec.ts";

export interface BuildContext {
  readonly spec: ScenarioSpec;
  readonly world: World;
  readonly rng: Rng;
  readonly policies: Policies;
  readonly warmupS: number;
  /** Seconds from midnight UTC to `start`; 0 without a start. */
  readonly dayOffsetS: number;
  /** By the length of their intervals, seconds. */
  readonly fluidClocks: Map<number, FluidClock>;
  /** Starters of whatever arrives; run after everything stands. */
  readonly starters: (() => void)[];
}

export interface BuiltWorld {
  readonly world: World;
  readonly loop: ControlLoop;
  /** The external controllers, by name; without those for whom somebody outside decides. */
  readonly externals: ReadonlyMap<string, ExternalController>;
  /** Starts meters, faults, arrivals and controllers, in that order. Call once, after recorders were added. */
  begin(): void;
}

export interface BuildOptions {
  readonly seed: number;
  /** Resolved: a number also where the scenario says `auto`. */
  readonly warmupS: number;
  /** External controllers whose decisions are left to `ControlLoop.decideOutside`, whatever policies they have. */
  readonly outside?: readonly string[];
}

/** @throws {BuildProblem} for what only building tells */
export function buildWorld(spec: ScenarioSpec, options: BuildOptions): BuiltWorld {
  const simulation = new Simulation();
  const world = new World(simulation);
  const rng = rootRng(options.seed);
  const policies = policiesOf(spec);
  const dayOffsetS = dayOffsetOf(spec);
  const { warmupS } = options;
  const context: BuildContext = { spec, world, rng, policies, warmupS, dayOffsetS, fluidClocks: new Map(), starters: [] };
  addSites(context);
  addServices(context);
  addServings(context);
  addBatches(context);
  const externals = externalControllers(context, options.outside);
  const loop = new ControlLoop(world, bindings(context, externals), rng.fork("controllers"));
  return {
    world,
    loop,
    externals,
    begin: () => {
      for (const site of world.sites) site.begin();
      for (const [key, fault] of Object.entries(spec.faults)) startOne(world, key, fault, rng.fork(`faults.${key}`));
      for (const start of context.starters) start();
      loop.begin();
    },
  };
}

function startOne(world: World, key: string, spec: FaultSpec, rng: Rng): void {
  const plugin = faults.get(spec.kind);
  if (plugin === undefined) throw new Error(`fault kind ${spec.kind} is not registered`);
  const timing = {
    atS: spec.at,
    durationS: spec.duration,
    mtbf: spec.mtbf === undefined ? undefined : makeLaw(spec.mtbf as LawSpec).factory,
    mttr: spec.mttr === undefined ? undefined : makeLaw(spec.mttr as LawSpec).factory,
    trace: spec.trace as Table | undefined,
  };
  const common = { key, target: spec.target, timing };
  if (plugin.strikes === "gpu") startFault(world.simulation, world, { ...common, fault: plugin.create(spec), all: world.gpus }, rng);
  else startFault(world.simulation, world, { ...common, fault: plugin.create(spec), all: world.targets }, rng);
}
