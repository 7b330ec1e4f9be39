/**
 * What PPO raises, with and without a memory: the clipped objective, what is watched, and the targets of a rollout.
 * @see Schulman et al. 2017, "Proximal Policy Optimization Algorithms"
 */
import * as tf from "@tensorflow/tfjs-core";
import { gae, type ValuedRollout } from "../gae.ts";
import { meanPerAgent, meanSquaredError } from "../nets/index.ts";
import { discountedReturns } from "../returns.ts";
import type { Measures } from "./algorithm.ts";

/** Either kind of policy, as far as the loss asks. */
export interface Distribution {
  logProbability(decisions: tf.Tensor3D): tf.Tensor2D;
  entropy(): tf.Tensor2D;
}

/** What was played, and how good it was. */
export type Played = {
  /** [agents, rows, numbers] */
  readonly decisions: tf.Tensor3D;
  /** [agents, rows]; so are the next two. */
  readonly oldLogProbabilities: tf.Tensor2D;
  readonly advantages: tf.Tensor2D;
  readonly returns: tf.Tensor2D;
};

/** What the networks say of the rows of a batch. */
export interface Judged {
  readonly policy: Distribution;
  /** [agents, rows] */
  readonly values: tf.Tensor2D;
}

/** What they are is said at the options of ppo.ts; so of the next. */
interface LossOptions {
  readonly clip: number;
  readonly valueWeight: number;
  readonly entropyWeight: number;
}
interface TargetOptions {
  readonly advantage: "gae" | "monte-carlo";
  readonly gamma: number;
  readonly lambda: number;
}

/** The clipped objective of each agent, [agents]: to be raised. @see Schulman et al. 2017, eq. 7 */
export function clippedGain(logProbabilities: tf.Tensor2D, old: tf.Tensor2D, advantages: tf.Tensor2D, clip: number): tf.Tensor1D {
  const ratio = tf.exp(tf.sub(logProbabilities, old));
  const clipped = tf.clipByValue(ratio, 1 - clip, 1 + clip);
  return meanPerAgent(tf.minimum(tf.mul(ratio, advantages), tf.mul(clipped, advantages)));
}

/** Of each agent, [agents]: to be lowered. @see Schulman et al. 2017, eq. 9 */
export function ppoLoss(
  { policy, values }: Judged,
  { decisions, oldLogProbabilities, advantages, returns }: Played,
  { clip, valueWeight, entropyWeight }: LossOptions,
): tf.Tensor1D {
  const gain = clippedGain(policy.logProbability(decisions), oldLogProbabilities, advantages, clip);
  const valueLoss = meanSquaredError(values, returns);
  const entropy = meanPerAgent(policy.entropy());
  return tf.sub(tf.mul(valueLoss, valueWeight), tf.add(gain, tf.mul(entropy, entropyWeight)));
}

/** Numbers worth watching after an update. */
export async function ppoMeasures(judge: () => Judged, { decisions, oldLogProbabilities, returns }: Played): Promise<Measures> {
  const tensors = tf.tidy(() => {
    const { policy, values } = judge();
    const logRatio = tf.sub(policy.logProbability(decisions), oldLogProbabilities);
    return {
      valueLoss: meanSquaredError(values, returns),
      entropy: meanPerAgent(policy.entropy()),
      // Of the new policy from the old one; never negative. @see Schulman, "Approximating KL Divergence", 2020: k3
      klDivergence: meanPerAgent(tf.sub(tf.expm1(logRatio), logRatio)),
    };
  });
  const measures: Record<string, number[]> = {};
  for (const [name, tensor] of Object.entries(tensors)) measures[name] = [...(await tensor.data())];
  tf.dispose(tensors);
  return measures;
}

/** Advantages and the critic's targets of one agent's rollout. */
export function targetsOf(
  rollout: ValuedRollout,
  { advantage, gamma, lambda }: TargetOptions,
): { readonly advantages: Float32Array; readonly returns: Float32Array } {
  const { length } = rollout.rewards;
  const [advantages, returns] = [new Float32Array(length), new Float32Array(length)];
  if (advantage === "gae") {
    gae(rollout, { gamma, lambda }, advantages);
    for (let i = 0; i < length; i++) returns[i] = (advantages[i] as number) + (rollout.values[i] as number);
  } else {
    discountedReturns({ ...rollout, nextValues: new Float32Array(length) }, gamma, returns);
    for (let i = 0; i < length; i++) advantages[i] = (returns[i] as number) - (rollout.values[i] as number);
  }
  return { advantages, returns };
}
