/** Discounted sums of rewards over a stretch of decisions. */
import { power } from "../kernel/index.ts";
import type { Floats } from "./spaces.ts";

/**
 * A stretch of decisions of several lanes, by time: entry `t * laneCount + lane`. All arrays have one length, a multiple of
 * `laneCount`.
 */
export interface Rollout {
  readonly laneCount: number;
  readonly rewards: Floats;
  /** Time that each decision took, in nominal steps: `elapsedS / stepS`, 1 where all steps are alike. */
  readonly elapsedSteps: Floats;
  /** 1 where the task itself ended: what followed is worth 0. */
  readonly terminated: Uint8Array;
  /** 1 where an episode was cut short: what followed is worth its value, but is not part of the stretch. */
  readonly truncated: Uint8Array;
  /**
   * Values of what followed each decision, before any reset. Read where the stretch or an episode was cut short; `gae` reads
   * all of them.
   */
  readonly nextValues: Floats;
}

/**
 * What a value one decision later is worth now: gamma to the power of the time between, in nominal steps.
 * @see Bradtke & Duff, "Reinforcement Learning Methods for Continuous-Time Markov Decision Problems", NIPS 7, 1994.
 */
export function discount(gamma: number, elapsedSteps: number): number {
  return elapsedSteps === 1 ? gamma : power(gamma, elapsedSteps); // exp(log gamma) may be an ulp off
}

/**
 * Discounted returns, written into `returnsOut`: a decision's reward, then those of its episode, then the value where the
 * episode or the stretch was cut short. With `nextValues` of 0 these are plain Monte-Carlo returns without bootstrap.
 * @throws {RangeError} if lengths do not fit.
 */
export function discountedReturns(rollout: Rollout, gamma: number, returnsOut: Floats): void {
  checkRollout(rollout, returnsOut.length);
  const { laneCount, rewards, elapsedSteps, terminated, truncated, nextValues } = rollout;
  const lastRow = rewards.length - laneCount;
  for (let i = rewards.length - 1; i >= 0; i--) {
    const cut = i >= lastRow || truncated[i] === 1;
    const next = terminated[i] === 1 ? 0 : ((cut ? nextValues[i] : returnsOut[i + laneCount]) as number);
    returnsOut[i] = (rewards[i] as number) + discount(gamma, elapsedSteps[i] as number) * next;
  }
}

/** @throws {RangeError} naming the array whose length does not fit. */
export function checkRollout(rollout: Rollout, outLength: number): void {
  const { laneCount, rewards, elapsedSteps, terminated, truncated, nextValues } = rollout;
  const { length } = rewards;
  if (laneCount < 1 || length % laneCount !== 0) throw new RangeError(`${length} rewards are no whole rows of ${laneCount} lanes`);
  const lengths = { elapsedSteps, terminated, truncated, nextValues, out: { length: outLength } };
  for (const [name, array] of Object.entries(lengths)) {
    if (array.length !== length) throw new RangeError(`${name} has ${array.length} entries, there are ${length} rewards`);
  }
}
