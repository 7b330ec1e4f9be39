/**
 * What observations, actions and reward of an external controller mean, for an environment and for a policy in the loop alike: a
 * policy sees and does the same wherever it is played.
 */
import { type ActSpec, type ExternalSpec, NAMES, OBSERVABLES, ORDERED, rewardFormula } from "../control/external.ts";
import { type Box, box, type Field, type Floats } from "../learn/spaces.ts";
import { type Expression, readExpression } from "../world/base/expression.ts";
import type { Action, ServiceTelemetry, Telemetry } from "../world/ports.ts";
import type { ServiceUnit, World } from "../world/world.ts";

export interface ExternalPortOptions {
  /** The controller's key in the scenario. */
  readonly name: string;
  readonly spec: ExternalSpec;
  /** Its target, a service. */
  readonly workload: string;
}

/** An action that has nothing to choose from, with what would mend it. */
export class NoRangeError extends Error {
  /** Of `act`. */
  readonly index: number;
  constructor({ kind }: ActSpec, index: number, { low, high }: { readonly low: number; readonly high: number }) {
    super(`${kind} has no range to choose from, ${low} to ${high}; give min and max`);
    this.index = index;
  }
}

/** An action with the places in `NAMES` of what was ordered and of what stands for it before. */
type OrderedAct = ActSpec & { readonly orderedAt: number; readonly beforeAt: number };

const TELEMETRY = Object.entries(OBSERVABLES);
const SLO_ATTAINMENT = NAMES.indexOf("slo_attainment");

export class ExternalPort {
  readonly name: string;
  readonly periodS: number;
  readonly observationSpace: Box;
  readonly actionSpace: Box;
  readonly #workload: string;
  readonly #acts: readonly OrderedAct[];
  readonly #observations: readonly Expression[];
  readonly #reward: Expression;
  /** What was seen last, in the order of `NAMES`. */
  readonly #seen = new Float64Array(NAMES.length);
  /** What was ordered last, by act; NaN before that. */
  readonly #ordered: Float64Array;

  /** @param world of any seed: it says what a replica may use @throws {NoRangeError} */
  constructor({ name, spec, workload }: ExternalPortOptions, world: World) {
    const unit = world.services.find((service) => service.name === workload);
    if (unit === undefined) throw new Error(`no service "${workload}"`); // the scenario is refused
    const { set, stats } = unit.service;
    this.name = name;
    this.periodS = spec.period;
    this.#workload = workload;
    this.#acts = spec.act.map((act) => {
      const { name: ordered, before } = ORDERED[act.kind];
      return { ...act, orderedAt: NAMES.indexOf(ordered), beforeAt: NAMES.indexOf(before) };
    });
    this.#ordered = new Float64Array(spec.act.length).fill(Number.NaN);
    this.#observations = spec.observe.map(compiled);
    this.#reward = compiled(rewardFormula(spec.reward, { percentile: stats.slo?.percentile, limitsMemory: set.memoryLimitB < Infinity }));
    this.observationSpace = box(spec.observe.map(observedField));
    this.actionSpace = box(spec.act.map((act, i) => actField(act, i, unit)));
  }

  /** Forgets what was seen and ordered. */
  reset(): void {
    this.#seen.fill(0);
    this.#ordered.fill(Number.NaN);
  }

  /** Latencies of an interval without answers are the last ones known; other things that were not there to measure are 0. */
  read({ workloads }: Telemetry): void {
    const telemetry = workloads[this.#workload] as ServiceTelemetry;
    const seen = this.#seen;
    for (let i = 0; i < TELEMETRY.length; i++) {
      const [name, { of }] = TELEMETRY[i] as (typeof TELEMETRY)[number];
      const value = of(telemetry);
      if (!Number.isNaN(value)) seen[i] = value;
      else if (!name.startsWith("latency_")) seen[i] = 0;
    }
    for (let i = 0; i < this.#acts.length; i++) {
      const { orderedAt, beforeAt } = this.#acts[i] as OrderedAct;
      const ordered = this.#ordered[i] as number;
      seen[orderedAt] = Number.isNaN(ordered) ? (seen[beforeAt] as number) : ordered;
    }
  }

  /** Writes what is observed, by what was read last. */
  observe(out: Floats): void {
    for (let i = 0; i < this.#observations.length; i++) out[i] = (this.#observations[i] as Expression).valueOf(this.#seen);
  }

  /** Of the step that ended with what was read last. */
  get reward(): number {
    return this.#reward.valueOf(this.#seen);
  }

  /** What mends an observation or a reward that is no number. */
  get remedy(): string {
    return `use a formula in controllers.${this.name} that is always a number`;
  }

  get sloAttainment(): number {
    return this.#seen[SLO_ATTAINMENT] as number;
  }

  /** What the values of an action order, moved into their bounds: float32 may round to just outside. */
  actionsOf(values: Floats): readonly Action[] {
    const workload = this.#workload;
    const actions: Action[] = [];
    let limits: Extract<Action, { kind: "limits" }> | undefined;
    const { low, high } = this.actionSpace;
    for (let i = 0; i < this.#acts.length; i++) {
      const { kind } = this.#acts[i] as ActSpec;
      const value = Math.min(Math.max(values[i] as number, low[i] as number), high[i] as number);
      this.#ordered[i] = kind === "replicas" ? Math.round(value) : value;
      if (kind === "replicas") actions.push({ kind, workload, count: Math.round(value) });
      else limits = { kind: "limits", workload, ...limits, ...(kind === "limits.cpu" ? { cores: value } : { memoryB: value }) };
    }
    return limits === undefined ? actions : [limits, ...actions];
  }
}

function compiled(text: string): Expression {
  const read = readExpression(text, NAMES);
  if (!read.ok) throw new Error(`the formula "${text}" ${read.message}`); // the schema has refused it
  return read.value;
}

/** Formulas may give any number. */
function observedField(text: string): Field {
  const known = Object.hasOwn(OBSERVABLES, text) ? OBSERVABLES[text as keyof typeof OBSERVABLES] : undefined;
  return known === undefined ? { name: text, low: -Infinity, high: Infinity } : { name: text, low: 0, high: known.high };
}

/** Without bounds, limits go from what is promised to a replica to all that it could use on any server that it may be on. */
function actField(act: ActSpec, index: number, { service: { set, options }, placer }: ServiceUnit): Field {
  if (act.kind === "replicas") return { name: act.kind, low: act.min, high: act.max, scale: act.scale };
  const isCores = act.kind === "limits.cpu";
  const leastB = Math.max(set.reserved.memoryB, options.memoryUse.baseB);
  const low = act.min ?? (isCores ? set.reserved.cores : leastB);
  const most = placer.servers.map((server) => (isCores ? Math.min(options.slotCores, server.cores) : server.options.memoryB));
  const high = act.max ?? Math.max(...most);
  if (low > 0 && low < high) return { name: act.kind, low, high, scale: act.scale };
  throw new NoRangeError(act, index, { low, high });
}
