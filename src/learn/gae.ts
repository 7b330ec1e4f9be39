/** Generalized advantage estimation. */
import { checkRollout, discount, type Rollout } from "./returns.ts";
import type { Floats } from "./spaces.ts";

export interface ValuedRollout extends Rollout {
  /** Values of what was seen before each decision. */
  readonly values: Floats;
}

/**
 * Writes the advantage of each decision into `advantagesOut`. `gamma` is per nominal step of time, `lambda` per decision.
 * An episode that terminated counts nothing after it; one that was truncated, and the last row, count `nextValues` and stop.
 * Advantage plus value is the TD(lambda) return, the target of the critic.
 * @throws {RangeError} if lengths do not fit.
 * @see Schulman et al. 2016, "High-Dimensional Continuous Control Using Generalized Advantage Estimation", eq. 16.
 */
export function gae(rollout: ValuedRollout, { gamma, lambda }: { gamma: number; lambda: number }, advantagesOut: Floats): void {
  checkRollout(rollout, advantagesOut.length);
  const { laneCount, rewards, elapsedSteps, terminated, truncated, values, nextValues } = rollout;
  if (values.length !== rewards.length) throw new RangeError(`values has ${values.length} entries, there are ${rewards.length} rewards`);
  const lastRow = rewards.length - laneCount;
  for (let i = rewards.length - 1; i >= 0; i--) {
    const factor = terminated[i] === 1 ? 0 : discount(gamma, elapsedSteps[i] as number);
    const delta = (rewards[i] as number) + factor * (nextValues[i] as number) - (values[i] as number);
    const stops = i >= lastRow || truncated[i] === 1;
    advantagesOut[i] = delta + (stops ? 0 : factor * lambda * (advantagesOut[i + laneCount] as number));
  }
}
