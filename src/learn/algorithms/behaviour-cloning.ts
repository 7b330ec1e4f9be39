/**
 * Behaviour cloning: do as the data did, by supervised learning.
 * @see Pomerleau 1989, "ALVINN"; as a baseline of offline learning: Fujimoto & Gu 2021.
 *
 * Implementation details
 * 1. Choices: the likelihood of what was chosen, so that the stochastic policy mixes as the data does. Reals: squared error on the unit scale.
 * 2. Batches are drawn with replacement, each agent's from its own data.
 * 3. Rewards are not looked at.
 */
import * as tf from "@tensorflow/tfjs-core";
import { z } from "zod";
import {
  type Adam,
  adam,
  Choices,
  exportWeights,
  meanPerAgent,
  meanSquaredError,
  mlp,
  restoreCheckpoint,
  type Saveables,
  type Sequential,
  takeCheckpoint,
} from "../nets/index.ts";
import { type NetworkPolicyData, networkPolicy, outputsFor } from "../policy.ts";
import type { Batch } from "../replay.ts";
import { linear, type Schedule } from "../schedule.ts";
import { agentStreams, type Learner, type LearnerState, type Measures, type OfflineAlgorithm, type Setting } from "./algorithm.ts";
import { datasetsOf } from "./dataset.ts";
import { Memory, type Transitions } from "./memory.ts";

const schema = z.strictObject({
  hidden: z.array(z.int().min(1)).default([64, 64]).describe("widths of the hidden layers"),
  learningRate: z.number().positive().default(1e-3),
  learningRateEnd: z.number().min(0).default(1e-3).describe("reached on a straight line when the training is done; 0 for a steadier end"),
  batchSize: z.int().min(1).default(64),
});
export type BehaviourCloningOptions = z.output<typeof schema>;

class BehaviourCloning implements Learner {
  readonly #choiceCounts: readonly number[];
  readonly #network: Sequential;
  readonly #optimizer: Adam;
  readonly #learningRate: Schedule;
  readonly #memory: Memory;
  #policyData: readonly NetworkPolicyData[] = [];
  #updates = 0;

  constructor(setting: Setting, options: BehaviourCloningOptions, data: readonly Batch[]) {
    const { hidden, learningRate, learningRateEnd, batchSize } = options;
    const { observationSpace, actionSpace } = setting.spec;
    this.#choiceCounts = actionSpace.slots.flatMap((slot) => (slot.kind === "choice" ? [slot.count] : []));
    const outputs = outputsFor(actionSpace, this.#kind);
    const shape = { inputs: observationSpace.slots.length, hidden, outputs, activation: "relu" } as const;
    const outputActivation = this.#kind === "categorical" ? "linear" : "tanh";
    this.#network = mlp({ ...shape, outputActivation }, agentStreams(setting)("network"));
    this.#optimizer = adam([this.#network], { learningRate });
    this.#learningRate = linear({ from: learningRate, to: learningRateEnd });
    this.#memory = Memory.holding(setting, datasetsOf(setting, data), { batchSize, gamma: 0 });
  }

  get #kind(): "categorical" | "deterministic" {
    return this.#choiceCounts.length > 0 ? "categorical" : "deterministic";
  }

  async update(done: number): Promise<Measures> {
    this.#optimizer.learningRate = this.#learningRate(done);
    const loss = tf.tidy(() => {
      const transitions = this.#memory.sample(this.#updates++);
      return this.#optimizer.minimize(() => this.#loss(transitions));
    });
    await this.exportPolicies();
    const measures = { loss: [...(await loss.data())] };
    tf.dispose(loss);
    return measures;
  }

  #loss({ observations, decisions }: Transitions): tf.Tensor1D {
    const head = this.#network.forward(observations);
    if (this.#kind === "deterministic") return meanSquaredError(head, decisions);
    return tf.neg(meanPerAgent(new Choices(head, this.#choiceCounts).logProbability(decisions)));
  }

  policyData(agent: number): NetworkPolicyData {
    return this.#policyData[agent] as NetworkPolicyData;
  }

  get #parts(): Saveables {
    return { network: this.#network, optimizer: this.#optimizer };
  }

  async save(): Promise<LearnerState> {
    return { networks: await takeCheckpoint(this.#parts), rest: this.#updates };
  }

  async restore({ networks, rest }: LearnerState): Promise<void> {
    restoreCheckpoint(this.#parts, networks);
    this.#updates = rest as number;
    await this.exportPolicies();
  }

  dispose(): void {
    for (const part of Object.values(this.#parts)) tf.dispose(part.variables);
  }

  async exportPolicies(): Promise<void> {
    this.#policyData = (await exportWeights(this.#network)).map((network) => ({ kind: this.#kind, network }));
  }
}

export const behaviourCloning: OfflineAlgorithm<typeof schema> = {
  kind: "behaviour-cloning",
  doc: "Behaviour cloning: choices or reals, offline; does as the data did.",
  schema,
  check: ({ actionSpace }) => void outputsFor(actionSpace, actionSpace.kind === "box" ? "deterministic" : "categorical"),
  async create(setting, options, data) {
    const learner = new BehaviourCloning(setting, options, data);
    await learner.exportPolicies();
    return learner;
  },
  policy: networkPolicy,
};
