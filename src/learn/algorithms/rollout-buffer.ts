/** What one agent saw and did since its last update, lane beside lane: row `t * laneCount + lane`. */
import type { Rng } from "../../kernel/index.ts";
import { maskLength } from "../env.ts";
import type { VectorBuffers } from "../lanes.ts";
import type { Policy } from "../policy.ts";
import type { FirstUpdate, Setting } from "./algorithm.ts";
import { rowOf } from "./population.ts";

/** Every array has `laneCount * stepCount` rows. */
export interface RolloutRows {
  readonly observations: Float32Array;
  readonly masks: Uint8Array;
  /** As networks see them: choices, or reals before clipping and stretching. */
  readonly decisions: Float32Array;
  /** What followed, before any reset. */
  readonly successors: Float32Array;
  readonly rewards: Float64Array;
  readonly elapsedSteps: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
}

/** Of algorithms that learn from whole rollouts. */
export function afterRollout({ lanes, rolloutSteps }: { readonly lanes: number; readonly rolloutSteps: number }): FirstUpdate {
  return { steps: lanes * rolloutSteps, because: `${lanes} lanes x ${rolloutSteps} rolloutSteps` };
}

const NO_MEMORIES = new Float64Array(0);

export class RolloutBuffer {
  readonly rows: RolloutRows;
  readonly rowCount: number;
  readonly #laneCount: number;
  readonly #stepS: number;

  constructor({ spec, stepS }: Setting, { laneCount, stepCount }: { readonly laneCount: number; readonly stepCount: number }) {
    const rowCount = laneCount * stepCount;
    const observationSize = spec.observationSpace.slots.length;
    this.rowCount = rowCount;
    this.#laneCount = laneCount;
    this.#stepS = stepS;
    this.rows = {
      observations: new Float32Array(rowCount * observationSize),
      masks: new Uint8Array(rowCount * maskLength(spec)),
      decisions: new Float32Array(rowCount * spec.actionSpace.slots.length),
      successors: new Float32Array(rowCount * observationSize),
      rewards: new Float64Array(rowCount),
      elapsedSteps: new Float64Array(rowCount),
      terminated: new Uint8Array(rowCount),
      truncated: new Uint8Array(rowCount),
    };
  }

  /** Lets the policy act in every lane, as step `t` of the rollout. @param memories of all lanes, a row each */
  act(t: number, lanes: VectorBuffers, policy: Policy, rng: Rng, memories: Float64Array = NO_MEMORIES): void {
    const { observations, masks, decisions } = this.rows;
    const first = t * this.#laneCount;
    observations.set(lanes.observations, (first * observations.length) / this.rowCount);
    masks.set(lanes.masks, (first * masks.length) / this.rowCount);
    for (let lane = 0; lane < this.#laneCount; lane++) {
      const decision = rowOf(decisions, first + lane, this.rowCount);
      const [observation, mask] = [rowOf(lanes.observations, lane, this.#laneCount), rowOf(lanes.masks, lane, this.#laneCount)];
      policy.decide(observation, mask, rng, decision, rowOf(memories, lane, this.#laneCount));
      policy.toAction(decision, rowOf(lanes.actions, lane, this.#laneCount));
    }
  }

  /** Takes in what followed step `t`. */
  observe(t: number, lanes: VectorBuffers): void {
    const { successors, rewards, elapsedSteps, terminated, truncated } = this.rows;
    const first = t * this.#laneCount;
    successors.set(lanes.successors, (first * successors.length) / this.rowCount);
    rewards.set(lanes.rewards, first);
    for (let lane = 0; lane < this.#laneCount; lane++) elapsedSteps[first + lane] = (lanes.elapsedS[lane] as number) / this.#stepS;
    terminated.set(lanes.terminated, first);
    truncated.set(lanes.truncated, first);
  }

  /** Takes up the rows of another buffer. @throws {RangeError} if it was of another size. */
  restore(rows: RolloutRows): void {
    for (const name of Object.keys(this.rows) as (keyof RolloutRows)[]) {
      const [own, saved] = [this.rows[name], rows[name]];
      if (own.length !== saved.length)
        throw new RangeError(`a saved rollout has ${saved.length} numbers as ${name}, this one ${own.length}`);
      own.set(saved);
    }
  }
}
