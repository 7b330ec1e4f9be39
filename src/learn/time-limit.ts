/**
 * Ends episodes after a number of steps. That is truncation: the world would have gone on, so learners value the last
 * observation. Published code often forgets the difference; `faithful` repeats it, and only for comparison.
 * @see Pardo et al. 2018, "Time Limits in Reinforcement Learning".
 */
import { type Env, StepRecord, type StepResult } from "./env.ts";
import type { Floats, Space } from "./spaces.ts";

export interface TimeLimitOptions {
  readonly stepsMax: number;
  /** What the limit says: "truncated" (right) or, as in `faithful` reproductions, "terminated". */
  readonly mode: "truncated" | "faithful";
}

export class TimeLimit implements Env {
  readonly name: string;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly masked: boolean;
  readonly stepS: number;
  readonly episodeSteps: number | undefined;
  readonly infoNames: readonly string[];
  readonly #env: Env;
  readonly #stepsMax: number;
  readonly #faithful: boolean;
  readonly #record: StepRecord;
  #stepCount = 0;

  /** @throws {RangeError} unless `stepsMax` is a whole number >= 1. */
  constructor(env: Env, { stepsMax, mode }: TimeLimitOptions) {
    if (!Number.isSafeInteger(stepsMax) || stepsMax < 1) throw new RangeError(`a time limit is a whole number >= 1, got ${stepsMax}`);
    this.name = env.name;
    this.observationSpace = env.observationSpace;
    this.actionSpace = env.actionSpace;
    this.masked = env.masked;
    this.stepS = env.stepS;
    this.episodeSteps = env.episodeSteps === undefined ? undefined : Math.min(env.episodeSteps, stepsMax);
    this.infoNames = env.infoNames;
    this.#env = env;
    this.#stepsMax = stepsMax;
    this.#faithful = mode === "faithful";
    this.#record = new StepRecord(env.infoNames.length);
  }

  reset(seed: number | undefined, observationOut: Floats, maskOut: Uint8Array): void {
    this.#stepCount = 0;
    this.#env.reset(seed, observationOut, maskOut);
  }

  step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
    const result = this.#env.step(action, observationOut, maskOut);
    if (++this.#stepCount < this.#stepsMax) return result;
    const record = this.#record;
    record.reward = result.reward;
    record.elapsedS = result.elapsedS;
    record.terminated = result.terminated || this.#faithful;
    record.truncated = result.truncated || !this.#faithful;
    record.info.set(result.info);
    return record;
  }
}
