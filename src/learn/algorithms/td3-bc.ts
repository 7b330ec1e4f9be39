/**
 * TD3 with behaviour cloning: TD3 on transitions that others made, whose actor is also drawn to what they did.
 * @see Fujimoto & Gu 2021, "A Minimalist Approach to Offline Reinforcement Learning", eq. 5.
 *
 * Implementation details
 * 1. The actor climbs lambda Q(s, mu(s)) - (mu(s) - a)^2 with lambda = alpha / mean |Q| over the batch, which has no gradient.
 * 2. Observations are normalised by the data's own mean and deviation, and so they are for the policy.
 * 3. Otherwise TD3 (td3.ts): two critics under one Adam, clipped noise on target actions, delayed actor and targets.
 */
import * as tf from "@tensorflow/tfjs-core";
import { z } from "zod";
import type { Rng } from "../../kernel/index.ts";
import {
  type Adam,
  adam,
  exportWeights,
  meanPerAgent,
  meanSquaredError,
  mlp,
  restoreCheckpoint,
  type Saveables,
  type Sequential,
  softUpdate,
  takeCheckpoint,
} from "../nets/index.ts";
import { type NetworkPolicyData, networkPolicy, outputsFor } from "../policy.ts";
import type { Batch } from "../replay.ts";
import { RunningNorm } from "../running-norm.ts";
import { agentStreams, type Learner, type LearnerState, type Measures, type OfflineAlgorithm, type Setting } from "./algorithm.ts";
import { datasetsOf } from "./dataset.ts";
import { bootstrapped, Memory, type Transitions, valuesOf } from "./memory.ts";
import { normalLike } from "./population.ts";
import { smoothed } from "./td3.ts";

const schema = z.strictObject({
  hidden: z.array(z.int().min(1)).default([64, 64]).describe("widths of the hidden layers, of actor and critics alike"),
  alpha: z.number().positive().default(2.5).describe("how much values count against doing as the data did"),
  learningRate: z.number().positive().default(3e-4).describe("of actor and critics"),
  gamma: z.number().min(0).max(1).default(0.99).describe("discount of a nominal step"),
  tau: z.number().positive().max(1).default(0.005).describe("share by which targets follow"),
  policyDelay: z.int().min(1).default(2).describe("updates of the critics for one of the actor and the targets"),
  targetNoise: z.number().min(0).default(0.2).describe("deviation of the noise on target actions"),
  targetNoiseMax: z.number().min(0).default(0.5).describe("where that noise is clipped"),
  batchSize: z.int().min(1).default(256),
});
export type Td3BcOptions = z.output<typeof schema>;

/** What the actor loses, [agents]. @param values of its own decisions, [agents, batch] */
export function actorLoss(values: tf.Tensor2D, own: tf.Tensor3D, data: tf.Tensor3D, weight: tf.Tensor1D): tf.Tensor1D {
  return tf.sub(meanSquaredError(own, data), tf.mul(weight, meanPerAgent(values)));
}

class Td3Bc implements Learner {
  readonly #options: Td3BcOptions;
  readonly #actor: Sequential;
  readonly #critics: readonly [Sequential, Sequential];
  readonly #targetActor: Sequential;
  readonly #targetCritics: readonly [Sequential, Sequential];
  readonly #actorOptimizer: Adam;
  readonly #criticOptimizer: Adam;
  readonly #norms: readonly RunningNorm[];
  readonly #memory: Memory;
  readonly #noiseStreams: readonly Rng[];
  #policyData: readonly NetworkPolicyData[] = [];
  #updates = 0;

  constructor(setting: Setting, options: Td3BcOptions, data: readonly Batch[]) {
    const { observationSpace, actionSpace } = setting.spec;
    const streams = agentStreams(setting);
    const [inputs, outputs] = [observationSpace.slots.length, outputsFor(actionSpace, "deterministic")];
    const { hidden, learningRate, batchSize, gamma } = options;
    this.#options = options;
    this.#actor = mlp({ inputs, hidden, outputs, activation: "relu", outputActivation: "tanh" }, streams("actor"));
    const critic = (name: string): Sequential => mlp({ inputs: inputs + outputs, hidden, outputs: 1, activation: "relu" }, streams(name));
    this.#critics = [critic("critic 0"), critic("critic 1")];
    this.#targetActor = this.#actor.clone();
    this.#targetCritics = [this.#critics[0].clone(), this.#critics[1].clone()];
    this.#actorOptimizer = adam([this.#actor], { learningRate });
    this.#criticOptimizer = adam(this.#critics, { learningRate });
    this.#norms = setting.seeds.map(() => new RunningNorm(inputs));
    this.#memory = Memory.holding(setting, this.#normalized(datasetsOf(setting, data)), { batchSize, gamma });
    this.#noiseStreams = streams("target noise");
  }

  #normalized(data: readonly Batch[]): readonly Batch[] {
    return data.map((batch, agent) => {
      const norm = this.#norms[agent] as RunningNorm;
      const [observations, successors] = [batch.observations.slice(), batch.successors.slice()];
      norm.add(observations);
      norm.normalizeInto(observations, observations);
      norm.normalizeInto(successors, successors);
      return { ...batch, observations, successors };
    });
  }

  async update(): Promise<Measures> {
    const update = this.#updates++;
    const isDelayed = (update + 1) % this.#options.policyDelay !== 0;
    const criticLoss = tf.tidy(() => {
      const transitions = this.#memory.sample(update);
      const loss = this.#improveCritics(transitions, update);
      if (!isDelayed) this.#improveActor(transitions);
      return loss;
    });
    if (!isDelayed) await this.exportPolicies();
    const measures = { criticLoss: [...(await criticLoss.data())] };
    tf.dispose(criticLoss);
    return measures;
  }

  #improveCritics(transitions: Transitions, update: number): tf.Tensor1D {
    const { observations, decisions, successors } = transitions;
    const next = smoothed(this.#targetActor.forward(successors), normalLike(decisions, this.#noiseStreams, update), this.#options);
    const [first, second] = this.#targetCritics;
    const targets = bootstrapped(transitions, tf.minimum(valuesOf(first, successors, next), valuesOf(second, successors, next)));
    return this.#criticOptimizer.minimize(() => {
      const [a, b] = this.#critics.map((critic) => meanSquaredError(valuesOf(critic, observations, decisions), targets));
      return tf.add(a as tf.Tensor1D, b as tf.Tensor1D);
    });
  }

  #improveActor({ observations, decisions }: Transitions): void {
    const { tau, alpha } = this.#options;
    const [first] = this.#critics;
    const weight = tf.div(alpha, meanPerAgent(tf.abs(valuesOf(first, observations, this.#actor.forward(observations))))) as tf.Tensor1D;
    this.#actorOptimizer.minimize(() => {
      const own = this.#actor.forward(observations);
      return actorLoss(valuesOf(first, observations, own), own, decisions, weight);
    });
    softUpdate(this.#targetActor, this.#actor, tau);
    this.#targetCritics.forEach((target, i) => {
      softUpdate(target, this.#critics[i] as Sequential, tau);
    });
  }

  policyData(agent: number): NetworkPolicyData {
    return this.#policyData[agent] as NetworkPolicyData;
  }

  get #parts(): Saveables {
    return {
      actor: this.#actor,
      critic0: this.#critics[0],
      critic1: this.#critics[1],
      targetActor: this.#targetActor,
      targetCritic0: this.#targetCritics[0],
      targetCritic1: this.#targetCritics[1],
      actorOptimizer: this.#actorOptimizer,
      criticOptimizer: this.#criticOptimizer,
    };
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
    this.#policyData = (await exportWeights(this.#actor)).map((network, agent) => ({
      kind: "deterministic",
      network,
      norm: (this.#norms[agent] as RunningNorm).save(),
    }));
  }
}

export const td3Bc: OfflineAlgorithm<typeof schema> = {
  kind: "td3-bc",
  doc: "TD3 with behaviour cloning: reals, offline; better than the data where values say so.",
  schema,
  check: ({ actionSpace }) => void outputsFor(actionSpace, "deterministic"),
  async create(setting, options, data) {
    const learner = new Td3Bc(setting, options, data);
    await learner.exportPolicies();
    return learner;
  },
  policy: networkPolicy,
};
