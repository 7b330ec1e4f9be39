/** Small trainings, to be compared across backends, repetitions and populations. */
import * as tf from "@tensorflow/tfjs-core";
import { agentRngs, ddpg, ppo, type Training } from "../../../bench/nets-updates.ts";
import type { Rng } from "../../../src/kernel/index.ts";
import { adam, gru, meanSquaredError, mlp, takeCheckpoint } from "../../../src/learn/nets/index.ts";
import { uniformArray } from "./checked.ts";

const stacked = (rngs: readonly Rng[], size: number): Float32Array =>
  Float32Array.from(rngs.flatMap((rng) => [...uniformArray(rng.fork("data"), size)]));

/** A network of two hidden layers learns random targets. */
export function regression(rngs: readonly Rng[]): Training {
  const network = mlp({ inputs: 4, hidden: [16, 16], outputs: 2, activation: "tanh" }, rngs);
  const optimizer = adam([network], { learningRate: 1e-3, maxGradientNorm: 1 });
  const [x, y] = tf.split(tf.tensor3d(stacked(rngs, 16 * 6), [rngs.length, 16, 6]), [4, 2], 2) as [tf.Tensor3D, tf.Tensor3D];
  const update = (): void => void optimizer.minimize(() => meanSquaredError(network.forward(x), y));
  return { parts: { network, optimizer }, update: () => tf.tidy(update) };
}

/** A GRU of both directions and two layers learns to sum sequences of two to five steps. */
export function sequenceRegression(rngs: readonly Rng[]): Training {
  const [agents, batch, steps] = [rngs.length, 8, 5];
  const network = gru({ inputs: 2, hidden: 6, layers: 2, bidirectional: true }, rngs);
  const head = mlp({ inputs: network.stateSize, hidden: [], outputs: 2, activation: "linear" }, rngs);
  const optimizer = adam([network, head], { learningRate: 1e-3 });
  const x = tf.tensor4d(stacked(rngs, batch * steps * 2), [agents, batch, steps, 2]);
  const lengths = tf.tensor2d(Array.from({ length: agents }, () => Array.from({ length: batch }, (_, i) => 2 + (i % 4))));
  const mask = tf.cast(tf.less(tf.range(0, steps), tf.expandDims(lengths, 2)), "float32") as tf.Tensor3D;
  const y = tf.sum(tf.mul(x, tf.expandDims(mask, 3)), 2);
  const update = (): void => void optimizer.minimize(() => meanSquaredError(head.forward(network.forward(x, { mask }).state), y));
  return { parts: { network, head, optimizer }, update: () => tf.tidy(update) };
}

const SIZES = { batch: 16, hidden: 16 };

export const TRAININGS: Readonly<Record<string, (rngs: readonly Rng[]) => Training>> = {
  regression,
  "sequence regression": sequenceRegression,
  ddpg: (rngs) => ddpg(rngs, { ...SIZES, batchNorm: true }),
  ppo: (rngs) => ppo(rngs, SIZES),
};

/** All numbers of one agent, of networks and optimizers, after so many updates of the agents with these seeds. */
export async function trained(name: string, { seeds, updates, agent = 0 }: { seeds: readonly number[]; updates: number; agent?: number }) {
  tf.engine().startScope();
  const training = TRAININGS[name]?.(agentRngs(seeds));
  if (training === undefined) throw new Error(`no training ${name}`);
  for (let i = 0; i < updates; i++) training.update();
  tf.engine().endScope();
  const { manifest, floats } = await takeCheckpoint(training.parts);
  tf.disposeVariables();
  const rows = Object.values(manifest.parts).flatMap(({ variables }) =>
    Object.values(variables).map(({ shape: [, size = 0], offset }) => floats.subarray(offset + agent * size, offset + (agent + 1) * size)),
  );
  return rows.flatMap((row) => [...row]);
}
