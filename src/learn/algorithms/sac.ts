/**
 * Soft actor-critic: a stochastic actor that is paid for entropy as well, twin critics, and a temperature that tunes itself.
 * @see Haarnoja et al. 2018, "Soft Actor-Critic Algorithms and Applications" (arXiv 1812.05905).
 *
 * Implementation details
 * 1. The actor gives a mean and a log standard deviation, which tanh keeps within [-5, 2]; tanh of the draw is the decision.
 * 2. log(1 - tanh(u)^2) as 2 (log 2 - u - softplus(-2 u)), which stays exact where tanh is 1 in float32 (Spinning Up).
 * 3. The temperature's target entropy is minus the number of reals of an action, on the unit scale.
 * 4. Two critics under one Adam; the lower one is the target's and the actor's. No target actor.
 * 5. Draws come from our own streams, by update: reparametrised noise of the actor's update and of the targets apart.
 * 6. Targets end at terminated transitions only, and are discounted by elapsed time; the first actions are drawn evenly.
 */
import * as tf from "@tensorflow/tfjs-core";
import { z } from "zod";
import type { Rng } from "../../kernel/index.ts";
import type { VectorBuffers } from "../lanes.ts";
import {
  type Adam,
  adam,
  exportWeights,
  Gaussian,
  meanPerAgent,
  meanSquaredError,
  mlp,
  type Parameters,
  parameters,
  restoreCheckpoint,
  type Saveables,
  type Sequential,
  softUpdate,
  takeCheckpoint,
} from "../nets/index.ts";
import { LOG_STD_MAX, LOG_STD_MIN, type NetworkPolicyData, networkPolicy, outputsFor, type Policy } from "../policy.ts";
import type { ReplayState } from "../replay.ts";
import { type Algorithm, agentStreams, type LearnerState, type Measures, type OnlineLearner, type Setting } from "./algorithm.ts";
import { drawUnit } from "./exploration.ts";
import { afterStart, bootstrapped, Memory, type Transitions, valuesOf } from "./memory.ts";
import { normalLike, rowOf } from "./population.ts";

const schema = z.strictObject({
  lanes: z.int().min(1).default(1).describe("environments side by side"),
  hidden: z.array(z.int().min(1)).default([64, 64]).describe("widths of the hidden layers, of actor and critics alike"),
  actorLearningRate: z.number().positive().default(1e-3),
  criticLearningRate: z.number().positive().default(1e-3),
  temperatureLearningRate: z.number().positive().default(1e-3),
  temperature: z.number().positive().default(1).describe("what entropy is worth at first"),
  gamma: z.number().min(0).max(1).default(0.99).describe("discount of a nominal step"),
  tau: z.number().positive().max(1).default(0.005).describe("share by which targets follow at each update"),
  replayCapacity: z.int().min(1).default(100_000).describe("transitions"),
  batchSize: z.int().min(1).default(64),
  startSteps: z.int().min(1).default(1000).describe("steps of an agent that are drawn evenly, before the first update"),
});
export type SacOptions = z.output<typeof schema>;

interface SacState {
  readonly counters: { steps: number; updates: number };
  readonly memory: readonly ReplayState[];
}

/** A draw of a squashed Gaussian, and its log-probability. */
export interface SquashedDraw {
  /** [agents, batch, numbers], within [-1, 1] */
  readonly decisions: tf.Tensor3D;
  /** [agents, batch] */
  readonly logProbabilities: tf.Tensor2D;
}

/** @param head means, then free log standard deviations @param noise standard normal numbers, half as many. Appendix C, eq. 21 */
export function squashedDraw(head: tf.Tensor3D, noise: tf.Tensor3D): SquashedDraw {
  const [mean, free] = tf.split(head, 2, 2) as [tf.Tensor3D, tf.Tensor3D];
  const logStd: tf.Tensor3D = tf.add(LOG_STD_MIN, tf.mul(tf.add(tf.tanh(free), 1), (LOG_STD_MAX - LOG_STD_MIN) / 2));
  const raw: tf.Tensor3D = tf.add(mean, tf.mul(tf.exp(logStd), noise));
  const logSlope = tf.mul(tf.sub(tf.sub(Math.LN2, raw), tf.softplus(tf.mul(raw, -2))), 2);
  return {
    decisions: tf.tanh(raw),
    logProbabilities: tf.sub(new Gaussian(mean, logStd).logProbability(raw), tf.sum(logSlope, 2)),
  };
}

class Sac implements OnlineLearner {
  readonly laneCount: number;
  readonly #setting: Setting;
  readonly #options: SacOptions;
  readonly #actor: Sequential;
  readonly #critics: readonly [Sequential, Sequential];
  readonly #targetCritics: readonly [Sequential, Sequential];
  readonly #logTemperature: Parameters;
  readonly #actorOptimizer: Adam;
  readonly #criticOptimizer: Adam;
  readonly #temperatureOptimizer: Adam;
  readonly #memory: Memory;
  readonly #actStreams: readonly Rng[];
  readonly #noiseStreams: readonly Rng[];
  readonly #targetNoiseStreams: readonly Rng[];
  #policyData: readonly NetworkPolicyData[] = [];
  #policies: readonly Policy[] = [];
  /** Steps of each lane, and updates, so far. */
  #counters = { steps: 0, updates: 0 };

  constructor(setting: Setting, options: SacOptions) {
    const { observationSpace, actionSpace } = setting.spec;
    const streams = agentStreams(setting);
    const [inputs, numbers] = [observationSpace.slots.length, actionSpace.slots.length];
    const { hidden, batchSize, gamma, replayCapacity: capacity, lanes: laneCount } = options;
    this.#setting = setting;
    this.#options = options;
    this.laneCount = laneCount;
    this.#actor = mlp({ inputs, hidden, outputs: outputsFor(actionSpace, "squashed-gaussian"), activation: "relu" }, streams("actor"));
    const critic = (name: string): Sequential => mlp({ inputs: inputs + numbers, hidden, outputs: 1, activation: "relu" }, streams(name));
    this.#critics = [critic("critic 0"), critic("critic 1")];
    this.#targetCritics = [this.#critics[0].clone(), this.#critics[1].clone()];
    this.#logTemperature = parameters(1, Math.log(options.temperature), setting.seeds.length);
    this.#actorOptimizer = adam([this.#actor], { learningRate: options.actorLearningRate });
    this.#criticOptimizer = adam(this.#critics, { learningRate: options.criticLearningRate });
    this.#temperatureOptimizer = adam([this.#logTemperature], { learningRate: options.temperatureLearningRate });
    this.#memory = new Memory(setting, { capacity, batchSize, gamma, laneCount });
    this.#actStreams = streams("act");
    this.#noiseStreams = streams("noise");
    this.#targetNoiseStreams = streams("target noise");
  }

  // ... Acting ...

  act(agent: number, lanes: VectorBuffers): void {
    const { laneCount } = this;
    const rng = (this.#actStreams[agent] as Rng).fork(`${this.#counters.steps}`);
    const policy = this.#policies[agent] as Policy;
    const decisions = this.#memory.decisions[agent] as Float32Array;
    this.#memory.see(agent, lanes);
    if (this.#isStarting) drawUnit(decisions, rng);
    for (let lane = 0; lane < laneCount; lane++) {
      const decision = rowOf(decisions, lane, laneCount);
      if (!this.#isStarting) policy.decide(rowOf(lanes.observations, lane, laneCount), lanes.masks, rng, decision);
      policy.toAction(decision, rowOf(lanes.actions, lane, laneCount));
    }
  }

  get #isStarting(): boolean {
    return this.#counters.steps * this.laneCount < this.#options.startSteps;
  }

  observe(agent: number, lanes: VectorBuffers): void {
    this.#memory.observe(agent, lanes);
  }

  // ... Learning ...

  async update(): Promise<Measures | undefined> {
    this.#counters.steps++;
    if (this.#isStarting) return undefined;
    const update = this.#counters.updates++;
    const tensors = tf.tidy(() => {
      const transitions = this.#memory.sample(update);
      const criticLoss = this.#improveCritics(transitions, update);
      const logProbabilities = this.#improveActor(transitions, update);
      this.#tuneTemperature(logProbabilities);
      this.#targetCritics.forEach((target, i) => {
        softUpdate(target, this.#critics[i] as Sequential, this.#options.tau);
      });
      return { criticLoss, entropy: tf.neg(meanPerAgent(logProbabilities)), temperature: tf.squeeze(this.#temperature, [1, 2]) };
    });
    await this.exportPolicies();
    const measures: Record<string, number[]> = {};
    for (const [name, tensor] of Object.entries(tensors)) measures[name] = [...(await tensor.data())];
    tf.dispose(tensors);
    return measures;
  }

  /** [agents, 1, 1] */
  get #temperature(): tf.Tensor3D {
    return tf.exp(this.#logTemperature.forward());
  }

  /** Towards r + gamma (min Q'(s', a') - temperature log pi(a')). */
  #improveCritics(transitions: Transitions, update: number): tf.Tensor1D {
    const { observations, decisions, successors } = transitions;
    const next = squashedDraw(this.#actor.forward(successors), normalLike(decisions, this.#targetNoiseStreams, update));
    const lower = this.#lowerValue(this.#targetCritics, successors, next.decisions);
    const soft = tf.sub(lower, tf.mul(tf.squeeze(this.#temperature, [2]), next.logProbabilities)) as tf.Tensor2D;
    const targets = bootstrapped(transitions, soft);
    return this.#criticOptimizer.minimize(() => {
      const [a, b] = this.#critics.map((critic) => meanSquaredError(valuesOf(critic, observations, decisions), targets));
      return tf.add(a as tf.Tensor1D, b as tf.Tensor1D);
    });
  }

  #lowerValue([a, b]: readonly [Sequential, Sequential], observations: tf.Tensor3D, decisions: tf.Tensor3D): tf.Tensor2D {
    return tf.minimum(valuesOf(a, observations, decisions), valuesOf(b, observations, decisions));
  }

  /** Down temperature log pi(a) - min Q(s, a). Log-probabilities of the draws, [agents, batch]. */
  #improveActor({ observations, decisions }: Transitions, update: number): tf.Tensor2D {
    const temperature = tf.squeeze(this.#temperature, [2]) as tf.Tensor2D;
    const noise = normalLike(decisions, this.#noiseStreams, update);
    const before = squashedDraw(this.#actor.forward(observations), noise).logProbabilities;
    this.#actorOptimizer.minimize(() => {
      const draw = squashedDraw(this.#actor.forward(observations), noise);
      const value = this.#lowerValue(this.#critics, observations, draw.decisions);
      return meanPerAgent(tf.sub(tf.mul(temperature, draw.logProbabilities), value));
    });
    return before;
  }

  /** Up while the entropy is below its target, else down. */
  #tuneTemperature(logProbabilities: tf.Tensor2D): void {
    const targetEntropy = -this.#setting.spec.actionSpace.slots.length;
    const lack = tf.expandDims(tf.add(logProbabilities, targetEntropy), 2);
    this.#temperatureOptimizer.minimize(() => tf.neg(meanPerAgent(tf.mul(this.#temperature, lack))));
  }

  // ... Saving ...

  policyData(agent: number): NetworkPolicyData {
    return this.#policyData[agent] as NetworkPolicyData;
  }

  get #parts(): Saveables {
    return {
      actor: this.#actor,
      critic0: this.#critics[0],
      critic1: this.#critics[1],
      targetCritic0: this.#targetCritics[0],
      targetCritic1: this.#targetCritics[1],
      logTemperature: this.#logTemperature,
      actorOptimizer: this.#actorOptimizer,
      criticOptimizer: this.#criticOptimizer,
      temperatureOptimizer: this.#temperatureOptimizer,
    };
  }

  async save(): Promise<LearnerState> {
    const rest: SacState = { counters: { ...this.#counters }, memory: this.#memory.save() };
    return { networks: await takeCheckpoint(this.#parts), rest };
  }

  async restore({ networks, rest }: LearnerState): Promise<void> {
    restoreCheckpoint(this.#parts, networks);
    const { counters, memory } = rest as SacState;
    this.#counters = { ...counters };
    this.#memory.restore(memory);
    await this.exportPolicies();
  }

  dispose(): void {
    for (const part of Object.values(this.#parts)) tf.dispose(part.variables);
  }

  async exportPolicies(): Promise<void> {
    this.#policyData = (await exportWeights(this.#actor)).map((network) => ({ kind: "squashed-gaussian", network }));
    this.#policies = this.#policyData.map((data) => networkPolicy(this.#setting.spec, data));
  }
}

export const sac: Algorithm<typeof schema> = {
  kind: "sac",
  doc: "Soft actor-critic: reals, off-policy, explores by its own entropy.",
  schema,
  check: ({ actionSpace }) => void outputsFor(actionSpace, "squashed-gaussian"),
  firstUpdate: afterStart,
  async create(setting, options) {
    const learner = new Sac(setting, options);
    await learner.exportPolicies();
    return learner;
  },
  policy: networkPolicy,
};
