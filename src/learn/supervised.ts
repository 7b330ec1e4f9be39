/**
 * Classifiers by supervised learning: the likeliest label of what is seen, by cross-entropy.
 *
 * Implementation details
 * 1. Each epoch goes through all examples, in an order of its own for each agent; what is over whole minibatches is left out.
 * 2. After each epoch the loss on the validation set is measured; the weights of the least are kept. An agent that was not better for
 *    `patience` epochs is done, and nothing that happens later changes what it kept: it learns in a population what it learns alone.
 * 3. Random streams are forked by the number of the epoch.
 */
import * as tf from "@tensorflow/tfjs-core";
import { z } from "zod";
import type { Rng } from "../kernel/index.ts";
import { gatherRows, minibatches } from "./algorithms/population.ts";
import type { SequentialArchitecture } from "./nets/architecture.ts";
import { type AgentWeights, adam, Categorical, exportWeights, meanPerAgent, mlp, type Sequential } from "./nets/index.ts";

export const classifierSchema = z.strictObject({
  hidden: z.array(z.int().min(1)).default([32, 32]).describe("widths of the hidden layers"),
  learningRate: z.number().positive().default(1e-3),
  batchSize: z.int().min(1).default(256),
  epochsMax: z.int().min(1).default(40),
  patience: z.int().min(1).default(5).describe("epochs without a better validation loss after which an agent is done"),
});
export type ClassifierOptions = z.output<typeof classifierSchema>;

/** What was seen, and what it was. */
export interface Examples {
  /** Numbers of an example. */
  readonly width: number;
  /** One example after the other. */
  readonly features: Float32Array;
  /** From 0. */
  readonly labels: Int32Array;
}

export interface TrainedClassifier {
  /** Gives a logit for each label. */
  readonly network: AgentWeights<SequentialArchitecture>;
  /** Mean cross-entropy on the validation set, nats. */
  readonly validationLoss: number;
  /** After so many epochs. */
  readonly epochs: number;
}

export interface ClassifierTraining {
  readonly options: ClassifierOptions;
  readonly labelCount: number;
  readonly training: Examples;
  readonly validation: Examples;
  /** One stream an agent. */
  readonly rngs: readonly Rng[];
}

/** Trains one classifier for each stream. A backend must be open. */
export async function trainClassifiers(setting: ClassifierTraining): Promise<readonly TrainedClassifier[]> {
  const { options, labelCount, rngs } = setting;
  const shape = { inputs: setting.training.width, hidden: options.hidden, outputs: labelCount, activation: "relu" } as const;
  const network = mlp(
    shape,
    rngs.map((rng) => rng.fork("network")),
  );
  const optimizer = adam([network], { learningRate: options.learningRate });
  const [training, validation] = [setting.training, setting.validation].map((examples) => tensorsOf(examples, rngs.length)) as [
    Tensors,
    Tensors,
  ];
  const best = rngs.map((): TrainedClassifier | undefined => undefined);
  for (let epoch = 1; epoch <= options.epochsMax && best.some((kept) => goesOn(kept, epoch, options.patience)); epoch++) {
    const streams = rngs.map((rng) => rng.fork(`epoch ${epoch}`));
    const drawing = { epochs: 1, minibatchSize: options.batchSize, drawing: "shuffle" } as const;
    for (const rows of minibatches(streams, setting.training.labels.length, drawing)) {
      tf.tidy(() => {
        const [features, labels] = [gatherRows(training.features, rows), gatherRows(training.labels, rows)];
        optimizer.minimize(() => crossEntropy(network, { features, labels }));
      });
    }
    await keepBetter(best, { network, validation, epoch, patience: options.patience });
  }
  for (const tensors of [network.variables, optimizer.variables, training, validation]) tf.dispose({ ...tensors });
  return best as TrainedClassifier[];
}

const goesOn = (kept: TrainedClassifier | undefined, epoch: number, patience: number): boolean =>
  kept === undefined || epoch <= kept.epochs + patience;

/** The same for every agent: [agents, examples, width] and [agents, examples]. */
interface Tensors {
  readonly features: tf.Tensor3D;
  readonly labels: tf.Tensor2D;
}

function tensorsOf({ width, features, labels }: Examples, agents: number): Tensors {
  const count = labels.length;
  return tf.tidy(() => ({
    features: tf.tile(tf.tensor3d(features, [1, count, width]), [agents, 1, 1]),
    labels: tf.tile(tf.tensor2d(labels, [1, count], "int32"), [agents, 1]),
  }));
}

async function keepBetter(
  best: (TrainedClassifier | undefined)[],
  { network, validation, epoch, patience }: { network: Sequential; validation: Tensors; epoch: number; patience: number },
): Promise<void> {
  const lossTensor = tf.tidy(() => crossEntropy(network, validation));
  const losses = await lossTensor.data();
  lossTensor.dispose();
  const weights = await exportWeights(network);
  for (const [agent, kept] of best.entries()) {
    const validationLoss = losses[agent] as number;
    if (!goesOn(kept, epoch, patience) || (kept !== undefined && !(validationLoss < kept.validationLoss))) continue;
    best[agent] = { network: weights[agent] as AgentWeights<SequentialArchitecture>, validationLoss, epochs: epoch };
  }
}

function crossEntropy(network: Sequential, { features, labels }: Tensors): tf.Tensor1D {
  return tf.neg(meanPerAgent(new Categorical(network.forward(features)).logProbability(labels)));
}
