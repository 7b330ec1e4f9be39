/**
 * A scenario with an `external` controller as an environment: the control loop inside out. A step hands the loop what was
 * decided and plays the world up to the next decision; the scenario's end truncates.
 */
import { type ActSpec, type ExternalSpec, OBSERVABLES, type ObservableName, REWARD_NAMES } from "../control/external.ts";
import type { ControlLoop } from "../control/loop.ts";
import { type Env, EpisodeStreams, StepRecord, type StepResult } from "../learn/env.ts";
import { EnvError } from "../learn/env-error.ts";
import { type Box, box, type Field, type Floats } from "../learn/spaces.ts";
import { type Expression, readExpression } from "../world/base/expression.ts";
import type { Action, ServiceTelemetry, Telemetry } from "../world/ports.ts";
import type { ServiceUnit, World } from "../world/world.ts";

/** A world that stands and has not begun. */
export interface Stage {
  readonly world: World;
  readonly loop: ControlLoop;
  begin(): void;
}

export interface ScenarioEnvOptions {
  /** Of the scenario. */
  readonly name: string;
  /** The external controller: its key, what it says, and its target. */
  readonly controller: string;
  readonly spec: ExternalSpec;
  readonly workload: string;
  /** An episode begins at the first decision at or after `startS` and ends at `endS`. */
  readonly startS: number;
  readonly endS: number;
  build(seed: number): Stage;
}

const INFO_NAMES = ["refusals", "slo_attainment"] as const;

/** Seeds of later episodes come after all that people give. */
const DRAWN_SEEDS = 2_147_483_648;

export class ScenarioEnv implements Env {
  readonly name: string;
  readonly observationSpace: Box;
  readonly actionSpace: Box;
  readonly masked = false;
  readonly stepS: number;
  readonly infoNames = INFO_NAMES;
  readonly #options: ScenarioEnvOptions;
  readonly #reward: Expression;
  readonly #streams = new EpisodeStreams();
  readonly #record = new StepRecord(INFO_NAMES.length);
  /** What the last sample said, in the order of `REWARD_NAMES`. */
  readonly #seen = new Float64Array(REWARD_NAMES.length);
  readonly #observed: readonly number[];
  #stage: Stage | undefined;
  #refusals = 0;

  constructor(options: ScenarioEnvOptions) {
    const { name, controller, spec, workload } = options;
    this.name = `${name}/${controller}`;
    this.stepS = spec.period;
    this.#options = options;
    const reward = readExpression(spec.reward, REWARD_NAMES);
    if (!reward.ok) throw new EnvError(`${this.name}: the reward ${reward.message}`); // the schema has refused it
    this.#reward = reward.value;
    this.#observed = spec.observe.map((each) => REWARD_NAMES.indexOf(each));
    this.observationSpace = box(spec.observe.map((each): Field => ({ name: each, low: 0, high: OBSERVABLES[each].high })));
    const unit = unitOf(options.build(0).world, workload);
    this.actionSpace = box(spec.act.map((each) => fieldOf(each, unit, this.name)));
  }

  reset(seed: number | undefined, observationOut: Floats): void {
    const rng = this.#streams.next(seed);
    // A seed's first episode is what `run` plays with that seed, so that policies can be compared on the same arrivals.
    const { build, controller, startS } = this.#options;
    const stage = build(seed ?? DRAWN_SEEDS + rng.int(DRAWN_SEEDS));
    this.#stage = stage;
    this.#refusals = 0;
    this.#seen.fill(0);
    stage.loop.decideOutside(new Set([controller]));
    stage.begin();
    let telemetry = this.#untilAsked(stage);
    while (stage.world.simulation.nowS < startS && telemetry !== undefined) {
      this.#read(telemetry); // what it saw is known when the next sample has nothing to say
      stage.loop.answer(() => []);
      telemetry = this.#untilAsked(stage);
    }
    if (telemetry === undefined) throw new EnvError(`${this.name}: no telemetry arrives before the scenario ends; make it longer`);
    this.#observe(telemetry, observationOut);
  }

  step(action: Floats, observationOut: Floats): StepResult {
    const { controller, endS } = this.#options;
    const stage = this.#stage as Stage;
    const { simulation } = stage.world;
    const beganS = simulation.nowS;
    stage.loop.answer(() => this.#actionsOf(action));
    const telemetry = this.#untilAsked(stage) ?? (stage.loop.look(controller) as Telemetry);
    this.#observe(telemetry, observationOut);
    const record = this.#record;
    record.reward = this.#reward.valueOf(this.#seen);
    record.elapsedS = simulation.nowS - beganS;
    record.truncated = simulation.nowS >= endS;
    const { refused } = stage.loop.statsOf(controller) as { refused: number };
    record.info[0] = refused - this.#refusals;
    record.info[1] = this.#seen[REWARD_NAMES.indexOf("slo_attainment")] as number;
    this.#refusals = refused;
    return record;
  }

  /** Plays to the next decision; undefined where the scenario ends before it. */
  #untilAsked({ world: { simulation }, loop }: Stage): Telemetry | undefined {
    while (loop.asked === undefined) if (simulation.runSome(this.#options.endS, 1)) break;
    return loop.asked?.get(this.#options.controller);
  }

  #observe(telemetry: Telemetry, out: Floats): void {
    this.#read(telemetry);
    this.#observed.forEach((at, i) => {
      out[i] = this.#seen[at] as number;
    });
  }

  /** Latencies of an interval without answers are the last ones known; other things that were not there to measure are 0. */
  #read({ workloads }: Telemetry): void {
    const seen = workloads[this.#options.workload] as ServiceTelemetry;
    const values = this.#seen;
    REWARD_NAMES.forEach((name, i) => {
      if (name === "slo_s") {
        values[i] = seen.sloS ?? Infinity;
        return;
      }
      const value = OBSERVABLES[name as ObservableName].of(seen);
      if (!Number.isNaN(value)) values[i] = value;
      else if (!name.startsWith("latency_")) values[i] = 0;
    });
  }

  #actionsOf(values: Floats): readonly Action[] {
    const { workload, spec } = this.#options;
    const actions: Action[] = [];
    let limits: Extract<Action, { kind: "limits" }> = { kind: "limits", workload };
    const { low, high } = this.actionSpace;
    for (const [i, { kind }] of spec.act.entries()) {
      const value = Math.min(Math.max(values[i] as number, low[i] as number), high[i] as number); // float32 may round to just outside
      if (kind === "replicas") actions.push({ kind, workload, count: Math.round(value) });
      else limits = { ...limits, ...(kind === "limits.cpu" ? { cores: value } : { memoryB: value }) };
    }
    return spec.act.some(({ kind }) => kind !== "replicas") ? [limits, ...actions] : actions;
  }
}

function unitOf(world: World, workload: string): ServiceUnit {
  const unit = world.services.find(({ name }) => name === workload);
  if (unit === undefined) throw new EnvError(`no service "${workload}"`); // the scenario is refused
  return unit;
}

/** Without bounds, limits go from what is promised to a replica to all that it could use on the servers it is on. */
function fieldOf(act: ActSpec, { service: { set, options } }: ServiceUnit, name: string): Field {
  if (act.kind === "replicas") return { name: act.kind, low: act.min, high: act.max, scale: act.scale };
  const servers = set.present.map(({ server }) => server);
  const isCores = act.kind === "limits.cpu";
  const leastB = Math.max(set.reserved.memoryB, options.memoryUse.baseB);
  const low = act.min ?? (isCores ? set.reserved.cores : leastB);
  const most = servers.map((server) => (isCores ? Math.min(options.slotCores, server.cores) : server.options.memoryB));
  const high = act.max ?? Math.max(...most);
  if (low > 0 && low < high) return { name: act.kind, low, high, scale: act.scale };
  throw new EnvError(`${name}: ${act.kind} has no range to choose from, ${low} to ${high}; give min and max`);
}
