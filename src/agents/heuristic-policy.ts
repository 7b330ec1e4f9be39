/** A heuristic of the control loop as a policy of a scenario's environment: what it orders, as values of the action space. */
import { type ActSpec, OBSERVABLES, ORDERED } from "../control/external.ts";
import type { Rng } from "../kernel/index.ts";
import { EnvError } from "../learn/env-error.ts";
import type { Policy } from "../learn/policy.ts";
import type { Floats } from "../learn/spaces.ts";
import type { Action, Periodic, ServiceTelemetry } from "../world/ports.ts";
import type { ScenarioEnv } from "./env.ts";
import type { ExternalPortOptions } from "./external-port.ts";

export interface HeuristicIn {
  /** Unwrapped: the heuristic sees more than what is observed. */
  readonly env: ScenarioEnv;
  /** The controller that the environment decides for. */
  readonly external: ExternalPortOptions;
  /** For messages. */
  readonly kind: string;
  readonly controller: Periodic;
}

/**
 * Of one episode, since a heuristic remembers. What it does not order stays as it was ordered last; before that, as telemetry shows it.
 * Draws from the stream that it is given. Its `decide` throws an {EnvError} for orders that the action space does not have.
 */
export function heuristicIn({ env, external: { name, spec, workload }, kind, controller }: HeuristicIn): Policy {
  const { act } = spec;
  const orders = new Map<ActSpec["kind"], number>();
  const decide = (rng: Rng, out: Floats): void => {
    const { telemetry } = env;
    const refuse = (what: string): never => {
      throw new EnvError(`controllers.${name} at ${telemetry.nowS} s: ${what}`);
    };
    for (const action of controller.decide(telemetry, rng)) {
      for (const [ordered, value] of ordersOf(action, workload)) {
        if (act.every((one) => one.kind !== ordered)) refuse(`${kind} orders ${ordered}, which is not in act; add it there`);
        orders.set(ordered, value);
      }
    }
    act.forEach(({ kind: acted }, i) => {
      const stands = OBSERVABLES[ORDERED[acted].before].of(telemetry.workloads[workload] as ServiceTelemetry);
      const value = orders.get(acted) ?? stands;
      const [low, high] = [env.actionSpace.low[i] as number, env.actionSpace.high[i] as number];
      if (!(value >= low && value <= high)) {
        const what = orders.has(acted) ? `${kind} orders ${value} for ${acted}` : `${kind} leaves ${acted} at ${value}`;
        refuse(`${what}, outside ${low}..${high}; give that action other bounds, or bound what decides`);
      }
      out[i] = value;
    });
  };
  return {
    decisionSize: act.length,
    memorySize: 0,
    decide: (_observation, _mask, rng, out) => {
      if (rng === undefined) throw new Error("a heuristic of the loop draws from a stream");
      decide(rng, out);
    },
    toAction: (decision, actionOut) => actionOut.set(decision),
  };
}

/** What an action orders of the workload, by the kinds of `act`. @throws {EnvError} if it is of nothing that any act can be of */
function ordersOf(action: Action, workload: string): readonly (readonly [ActSpec["kind"], number])[] {
  if ((action.kind !== "replicas" && action.kind !== "limits") || action.workload !== workload)
    throw new EnvError(`the heuristic orders "${action.kind}", which no act of an external controller can; take another policy`);
  if (action.kind === "replicas") return [["replicas", action.count]];
  const { cores, memoryB } = action;
  return [
    ...(cores === undefined ? [] : [["limits.cpu", cores] as const]),
    ...(memoryB === undefined ? [] : [["limits.memory", memoryB] as const]),
  ];
}
