/**
 * An external controller in the loop: lets a policy decide, or lets everything be, and measures the reward of each step as the
 * environment would. Steps are counted from the end of the warm-up, before which nobody decides, to the scenario's end.
 */
import type { Rng } from "../kernel/index.ts";
import { Sum } from "../kernel/index.ts";
import { NO_MASK } from "../learn/env.ts";
import { EnvError } from "../learn/env-error.ts";
import { type PolicyFile, policyFor } from "../learn/policy-file.ts";
import { firstOutside } from "../learn/spaces.ts";
import type { Action, Periodic, Telemetry } from "../world/ports.ts";
import type { World } from "../world/world.ts";
import { ExternalPort, type ExternalPortOptions } from "./external-port.ts";

/** Who decides: a stored policy, by its likeliest or mean action or by drawing one, or a heuristic. */
export type Decider =
  | { readonly kind: "stored"; readonly file: PolicyFile; readonly mode: "greedy" | "stochastic" }
  | { readonly kind: "heuristic"; readonly controller: Periodic };

export interface ExternalControllerOptions extends ExternalPortOptions {
  /** Absent: everything is let be. */
  readonly decider?: Decider;
  /** End of the warm-up. */
  readonly startS: number;
}

export interface BadReward {
  readonly value: number;
  /** When its step ended. */
  readonly endS: number;
}

type Decide = Periodic["decide"];

export class ExternalController implements Periodic {
  readonly kind = "periodic";
  readonly periodS: number;
  readonly #port: ExternalPort;
  readonly #startS: number;
  readonly #choose: Decide;
  readonly #rewards = new Sum();
  #stepCount = 0;
  #badReward: BadReward | undefined;
  /** When the step under way began; NaN before the first. */
  #beganS = Number.NaN;

  /** @throws {NoRangeError} @throws {CheckpointError} if the stored policy does not fit */
  constructor(options: ExternalControllerOptions, world: World) {
    const { decider, startS } = options;
    this.#port = new ExternalPort(options, world);
    this.periodS = this.#port.periodS;
    this.#startS = startS;
    this.#choose =
      decider === undefined ? () => [] : decider.kind === "stored" ? storedPolicy(this.#port, decider) : decider.controller.decide;
  }

  readonly decide = (telemetry: Telemetry, rng: Rng): readonly Action[] => {
    const { nowS } = telemetry;
    this.#port.read(telemetry);
    if (nowS < this.#startS) return [];
    this.#endStep(nowS);
    this.#beganS = nowS;
    return this.#choose(telemetry, rng);
  };

  /** The end of the scenario cuts the step under way. @param telemetry what it would see now */
  finish(telemetry: Telemetry | undefined): void {
    if (telemetry === undefined) return;
    this.#port.read(telemetry);
    this.#endStep(telemetry.nowS);
  }

  /** Mean over the steps; meaningless without any, or with a bad reward. */
  get rewardMean(): number {
    return this.#rewards.value / this.#stepCount;
  }

  /** The first reward that was no finite number. */
  get badReward(): BadReward | undefined {
    return this.#badReward;
  }

  get stepCount(): number {
    return this.#stepCount;
  }

  #endStep(nowS: number): void {
    if (!(nowS > this.#beganS)) return;
    const { reward } = this.#port;
    if (!Number.isFinite(reward)) this.#badReward ??= { endS: nowS, value: reward };
    this.#rewards.add(reward);
    this.#stepCount++;
  }
}

/** In float32, as policies are trained and evaluated. */
function storedPolicy(port: ExternalPort, { file, mode }: Extract<Decider, { readonly kind: "stored" }>): Decide {
  const { name, observationSpace, actionSpace } = port;
  const policy = policyFor({ name, observationSpace, actionSpace, masked: false }, file);
  const observation = new Float32Array(observationSpace.slots.length);
  const decision = new Float32Array(policy.decisionSize);
  const action = new Float32Array(actionSpace.slots.length);
  const memory = new Float64Array(policy.memorySize);
  return ({ nowS }, rng) => {
    port.observe(observation);
    const bad = firstOutside(observationSpace, observation);
    if (bad >= 0)
      throw new EnvError(
        `${name} at ${nowS} s: observation ${observationSpace.slots[bad]?.name} is ${observation[bad]}; use a formula that is always a number`,
      );
    policy.decide(observation, NO_MASK, mode === "stochastic" ? rng : undefined, decision, memory);
    policy.toAction(decision, action);
    return port.actionsOf(action);
  };
}
