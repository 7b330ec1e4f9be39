/** An environment that notes every transition that is played in it, for those who learn from what others did. */
import type { Env, StepResult } from "./env.ts";
import { type Batch, makeBatch } from "./replay.ts";
import type { Floats, Space } from "./spaces.ts";

export class RecordingEnv implements Env {
  readonly name: string;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly masked: boolean;
  readonly stepS: number;
  readonly episodeSteps: number | undefined;
  readonly infoNames: readonly string[];
  readonly #env: Env;
  readonly #size: { readonly observationSize: number; readonly actionSize: number };
  /** What was seen last. */
  readonly #seen: Float32Array;
  #rows: Batch;
  #count = 0;

  constructor(env: Env) {
    const { name, observationSpace, actionSpace, masked, stepS, episodeSteps, infoNames } = env;
    this.name = name;
    this.observationSpace = observationSpace;
    this.actionSpace = actionSpace;
    this.masked = masked;
    this.stepS = stepS;
    this.episodeSteps = episodeSteps;
    this.infoNames = infoNames;
    this.#env = env;
    this.#size = { observationSize: observationSpace.slots.length, actionSize: actionSpace.slots.length };
    this.#seen = new Float32Array(this.#size.observationSize);
    this.#rows = makeBatch(1024, this.#size);
  }

  reset(seed: number | undefined, observationOut: Floats, maskOut: Uint8Array): void {
    this.#env.reset(seed, observationOut, maskOut);
    this.#seen.set(observationOut);
  }

  step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
    const { observationSize, actionSize } = this.#size;
    const row = this.#count++;
    if (row === this.#rows.rewards.length) this.#rows = resized(this.#rows, 2 * row, row);
    const rows = this.#rows;
    rows.observations.set(this.#seen, row * observationSize);
    rows.actions.set(action, row * actionSize);
    const result = this.#env.step(action, observationOut, maskOut);
    rows.rewards[row] = result.reward;
    rows.successors.set(observationOut, row * observationSize);
    rows.terminated[row] = result.terminated ? 1 : 0;
    rows.elapsedSteps[row] = result.elapsedS / this.stepS;
    this.#seen.set(observationOut);
    return result;
  }

  /** All transitions so far, in the order in which they were played. */
  get transitions(): Batch {
    return resized(this.#rows, this.#count, this.#count);
  }
}

/** The first `kept` rows, in arrays for `count` of them. */
function resized(rows: Batch, count: number, kept: number): Batch {
  const { length } = rows.rewards;
  const size = { observationSize: rows.observations.length / length, actionSize: rows.actions.length / length };
  const made = makeBatch(count, size);
  for (const [name, values] of Object.entries(rows) as [keyof Batch, Float32Array][]) {
    made[name].set(values.subarray(0, (values.length / length) * kept));
  }
  return made;
}

/** One after the other. @param batches of the same spaces, at least one */
export function joinedBatches(batches: readonly Batch[]): Batch {
  const joined = (name: keyof Batch): Float32Array => {
    const all = new Float32Array(batches.reduce((sum, batch) => sum + batch[name].length, 0));
    let at = 0;
    for (const batch of batches) {
      all.set(batch[name], at);
      at += batch[name].length;
    }
    return all;
  };
  return {
    observations: joined("observations"),
    actions: joined("actions"),
    rewards: joined("rewards"),
    successors: joined("successors"),
    terminated: joined("terminated"),
    elapsedSteps: joined("elapsedSteps"),
  };
}
