/** The updates of two algorithms, without environments: every agent learns from one batch of its own, drawn once. */
import * as tf from "@tensorflow/tfjs-core";
import { type Rng, rootRng } from "../src/kernel/index.ts";
import {
  adam,
  batchNorm,
  Categorical,
  dense,
  meanPerAgent,
  meanSquaredError,
  mlp,
  type Saveables,
  sequential,
  softUpdate,
  uniform,
} from "../src/learn/nets/index.ts";

export interface UpdateSizes {
  readonly batch: number;
  /** Width of both hidden layers. */
  readonly hidden: number;
  readonly batchNorm?: boolean;
}

export interface Training {
  readonly parts: Saveables;
  update(): void;
}

const OBSERVATIONS = 16;
const ACTIONS = 4;

/** An agent's own streams: alone or in a population, it draws the same. */
export function agentRngs(seeds: readonly number[]): readonly Rng[] {
  return seeds.map((seed) => rootRng(seed).fork("agent"));
}

/** Numbers in [-1, 1), [agents, batch, width], of which each agent has its own. */
function drawn(rngs: readonly Rng[], name: string, [batch, width]: readonly [number, number]): tf.Tensor3D {
  const size = batch * width;
  const rows = rngs.map((rng) => rng.fork(name)).map((rng) => Float32Array.from({ length: size }, () => 2 * rng.uniform() - 1));
  return tf.tensor(new Float32Array(rows.flatMap((row) => [...row])), [rngs.length, batch, width]);
}

const forked = (rngs: readonly Rng[], name: string): readonly Rng[] => rngs.map((rng) => rng.fork(name));

/** One step of the critic and one of the actor against slow targets, as in DDPG. */
export function ddpg(rngs: readonly Rng[], { batch, hidden, batchNorm: hasBatchNorm = false }: UpdateSizes): Training {
  const norm = hasBatchNorm ? [batchNorm()] : [];
  const actor = sequential(
    OBSERVATIONS,
    [...norm, dense(hidden, "relu"), ...norm, dense(hidden, "relu"), dense(ACTIONS, "tanh", uniform(0.003))],
    forked(rngs, "actor"),
  );
  const critic = mlp(
    { inputs: OBSERVATIONS + ACTIONS, hidden: [hidden, hidden], outputs: 1, activation: "relu", outputInit: uniform(0.003) },
    forked(rngs, "critic"),
  );
  const [targetActor, targetCritic] = [actor.clone(), critic.clone()];
  const actorOptimizer = adam([actor], { learningRate: 3e-4 });
  const criticOptimizer = adam([critic], { learningRate: 3e-3 });

  const observations = drawn(rngs, "observations", [batch, OBSERVATIONS]);
  const nextObservations = drawn(rngs, "next observations", [batch, OBSERVATIONS]);
  const actions = drawn(rngs, "actions", [batch, ACTIONS]);
  const rewards = drawn(rngs, "rewards", [batch, 1]);

  const parts = { actor, critic, targetActor, targetCritic, actorOptimizer, criticOptimizer };
  return trained(parts, () => {
    const nextActions = targetActor.forward(nextObservations);
    const nextValues = targetCritic.forward(tf.concat([nextObservations, nextActions], 2));
    const targets = tf.add(rewards, tf.mul(nextValues, 0.99));
    criticOptimizer.minimize(() => meanSquaredError(critic.forward(tf.concat([observations, actions], 2)), targets));
    actorOptimizer.minimize(() => {
      const chosen = actor.forward(observations, "train");
      return tf.neg(meanPerAgent(critic.forward(tf.concat([observations, chosen], 2))));
    });
    softUpdate(targetActor, actor, 0.003);
    softUpdate(targetCritic, critic, 0.003);
  });
}

/** One minibatch of PPO with clipped ratios, a clipped gradient and an entropy bonus, actor and critic under one optimizer. */
export function ppo(rngs: readonly Rng[], { batch, hidden }: UpdateSizes): Training {
  const shape = { inputs: OBSERVATIONS, hidden: [hidden, hidden], activation: "tanh" } as const;
  const actor = mlp({ ...shape, outputs: ACTIONS, outputInit: uniform(0.003) }, forked(rngs, "actor"));
  const critic = mlp({ ...shape, outputs: 1 }, forked(rngs, "critic"));
  const optimizer = adam([actor, critic], { learningRate: 3e-4, maxGradientNorm: 0.5 });

  const observations = drawn(rngs, "observations", [batch, OBSERVATIONS]);
  const advantages = tf.squeeze(drawn(rngs, "advantages", [batch, 1]), [2]);
  const returns = drawn(rngs, "returns", [batch, 1]);
  const choices: tf.Tensor2D = tf.floor(tf.mul(tf.squeeze(tf.abs(drawn(rngs, "choices", [batch, 1])), [2]), ACTIONS));
  const oldLogProbabilities = tf.keep(tf.tidy(() => new Categorical(actor.forward(observations)).logProbability(choices)));

  return trained({ actor, critic, optimizer }, () => {
    optimizer.minimize(() => {
      const policy = new Categorical(actor.forward(observations));
      const ratio = tf.exp(tf.sub(policy.logProbability(choices), oldLogProbabilities));
      const clipped = tf.clipByValue(ratio, 0.8, 1.2);
      const gain = meanPerAgent(tf.minimum(tf.mul(ratio, advantages), tf.mul(clipped, advantages)));
      const valueLoss = meanSquaredError(critic.forward(observations), returns);
      return tf.sub(tf.mul(valueLoss, 0.5), tf.add(gain, tf.mul(meanPerAgent(policy.entropy()), 0.01)));
    });
  });
}

const trained = (parts: Saveables, update: () => void): Training => ({ parts, update: () => void tf.tidy(update) });
