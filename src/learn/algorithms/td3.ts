/**
 * Twin delayed DDPG: the lower of two critics, targets smoothed over nearby actions, and an actor that is moved less often.
 * @see Fujimoto, van Hoof & Meger 2018, "Addressing Function Approximation Error in Actor-Critic Methods", algorithm 1.
 *
 * Implementation details
 * 1. Two critics with first weights of their own; targets take the lower of both, the actor climbs the first.
 * 2. Target actions get clipped Gaussian noise, then are kept within [-1, 1].
 * 3. The actor and all targets move every `policyDelay` updates.
 * 4. Both critics lie under one Adam: each one's loss depends on its own weights only, so that is the same as two.
 * 5. As in DDPG (ddpg.ts): unit scale, ends and cuts told apart, elapsed time, noise by episode and by fraction of training.
 */
import * as tf from "@tensorflow/tfjs-core";
import { z } from "zod";
import type { Rng } from "../../kernel/index.ts";
import type { VectorBuffers } from "../lanes.ts";
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
import { type NetworkPolicyData, networkPolicy, outputsFor, type Policy } from "../policy.ts";
import type { ReplayState } from "../replay.ts";
import { type Algorithm, agentStreams, type LearnerState, type Measures, type OnlineLearner, type Setting } from "./algorithm.ts";
import { checkExploration, drawUnit, Exploration, explorationFields } from "./exploration.ts";
import { afterStart, bootstrapped, Memory, type Transitions, valuesOf } from "./memory.ts";
import { normalLike, rowOf } from "./population.ts";

const schema = z.strictObject({
  lanes: z.int().min(1).default(1).describe("environments side by side"),
  hidden: z.array(z.int().min(1)).default([64, 64]).describe("widths of the hidden layers, of actor and critics alike"),
  actorLearningRate: z.number().positive().default(1e-3),
  criticLearningRate: z.number().positive().default(1e-3),
  gamma: z.number().min(0).max(1).default(0.99).describe("discount of a nominal step"),
  tau: z.number().positive().max(1).default(0.005).describe("share by which targets follow"),
  policyDelay: z.int().min(1).default(2).describe("updates of the critics for one of the actor and the targets"),
  targetNoise: z.number().min(0).default(0.2).describe("deviation of the noise on target actions"),
  targetNoiseMax: z.number().min(0).default(0.5).describe("where that noise is clipped"),
  replayCapacity: z.int().min(1).default(100_000).describe("transitions"),
  batchSize: z.int().min(1).default(64),
  startSteps: z.int().min(1).default(1000).describe("steps of an agent that are drawn evenly, before the first update"),
  ...explorationFields,
  noise: explorationFields.noise.default("gaussian"),
  sigma: explorationFields.sigma.default(0.1),
});
export type Td3Options = z.output<typeof schema>;

interface Td3State {
  readonly counters: { steps: number; updates: number };
  readonly memory: readonly ReplayState[];
  readonly exploration: ReturnType<Exploration["save"]>;
}

/** Target actions with clipped noise, within [-1, 1]. @param noise standard normal numbers, as many */
export function smoothed(
  decisions: tf.Tensor3D,
  noise: tf.Tensor3D,
  { targetNoise, targetNoiseMax }: Pick<Td3Options, "targetNoise" | "targetNoiseMax">,
): tf.Tensor3D {
  const clipped = tf.clipByValue(tf.mul(noise, targetNoise), -targetNoiseMax, targetNoiseMax);
  return tf.clipByValue(tf.add(decisions, clipped), -1, 1);
}

class Td3 implements OnlineLearner {
  readonly laneCount: number;
  readonly #setting: Setting;
  readonly #options: Td3Options;
  readonly #actor: Sequential;
  readonly #critics: readonly [Sequential, Sequential];
  readonly #targetActor: Sequential;
  readonly #targetCritics: readonly [Sequential, Sequential];
  readonly #actorOptimizer: Adam;
  readonly #criticOptimizer: Adam;
  readonly #memory: Memory;
  readonly #exploration: Exploration;
  readonly #actStreams: readonly Rng[];
  readonly #noiseStreams: readonly Rng[];
  #policyData: readonly NetworkPolicyData[] = [];
  #policies: readonly Policy[] = [];
  /** Steps of each lane, and updates, so far. */
  #counters = { steps: 0, updates: 0 };

  constructor(setting: Setting, options: Td3Options) {
    const { observationSpace, actionSpace } = setting.spec;
    const streams = agentStreams(setting);
    const [inputs, outputs] = [observationSpace.slots.length, outputsFor(actionSpace, "deterministic")];
    const { hidden, batchSize, gamma, replayCapacity: capacity, lanes: laneCount } = options;
    this.#setting = setting;
    this.#options = options;
    this.laneCount = laneCount;
    this.#actor = mlp({ inputs, hidden, outputs, activation: "relu", outputActivation: "tanh" }, streams("actor"));
    const critic = (name: string): Sequential => mlp({ inputs: inputs + outputs, hidden, outputs: 1, activation: "relu" }, streams(name));
    this.#critics = [critic("critic 0"), critic("critic 1")];
    this.#targetActor = this.#actor.clone();
    this.#targetCritics = [this.#critics[0].clone(), this.#critics[1].clone()];
    this.#actorOptimizer = adam([this.#actor], { learningRate: options.actorLearningRate });
    this.#criticOptimizer = adam(this.#critics, { learningRate: options.criticLearningRate });
    this.#memory = new Memory(setting, { capacity, batchSize, gamma, laneCount });
    this.#exploration = new Exploration(setting, laneCount, options);
    this.#actStreams = streams("act");
    this.#noiseStreams = streams("target noise");
  }

  // ... Acting ...

  act(agent: number, lanes: VectorBuffers, fraction: number): void {
    const { laneCount } = this;
    const policy = this.#policies[agent] as Policy;
    const decisions = this.#memory.decisions[agent] as Float32Array;
    this.#memory.see(agent, lanes);
    if (this.#isStarting) drawUnit(decisions, (this.#actStreams[agent] as Rng).fork(`${this.#counters.steps}`));
    for (let lane = 0; lane < laneCount; lane++) {
      const decision = rowOf(decisions, lane, laneCount);
      if (!this.#isStarting) {
        policy.decide(rowOf(lanes.observations, lane, laneCount), lanes.masks, undefined, decision);
        this.#exploration.addTo(decision, agent, lane, fraction);
      }
      policy.toAction(decision, rowOf(lanes.actions, lane, laneCount));
    }
  }

  get #isStarting(): boolean {
    return this.#counters.steps * this.laneCount < this.#options.startSteps;
  }

  observe(agent: number, lanes: VectorBuffers): void {
    this.#memory.observe(agent, lanes);
    this.#exploration.observe(agent, lanes);
  }

  // ... Learning ...

  async update(): Promise<Measures | undefined> {
    this.#counters.steps++;
    if (this.#isStarting) return undefined;
    const update = this.#counters.updates++;
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
    const noise = normalLike(decisions, this.#noiseStreams, update);
    const next: tf.Tensor3D = smoothed(this.#targetActor.forward(successors), noise, this.#options);
    const [first, second] = this.#targetCritics;
    const targets = bootstrapped(transitions, tf.minimum(valuesOf(first, successors, next), valuesOf(second, successors, next)));
    return this.#criticOptimizer.minimize(() => {
      const [a, b] = this.#critics.map((critic) => meanSquaredError(valuesOf(critic, observations, decisions), targets));
      return tf.add(a as tf.Tensor1D, b as tf.Tensor1D);
    });
  }

  #improveActor({ observations }: Transitions): void {
    const { tau } = this.#options;
    const [first] = this.#critics;
    this.#actorOptimizer.minimize(() => tf.neg(meanPerAgent(valuesOf(first, observations, this.#actor.forward(observations)))));
    softUpdate(this.#targetActor, this.#actor, tau);
    this.#targetCritics.forEach((target, i) => {
      softUpdate(target, this.#critics[i] as Sequential, tau);
    });
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
      targetActor: this.#targetActor,
      targetCritic0: this.#targetCritics[0],
      targetCritic1: this.#targetCritics[1],
      actorOptimizer: this.#actorOptimizer,
      criticOptimizer: this.#criticOptimizer,
    };
  }

  async save(): Promise<LearnerState> {
    const rest: Td3State = { counters: { ...this.#counters }, memory: this.#memory.save(), exploration: this.#exploration.save() };
    return { networks: await takeCheckpoint(this.#parts), rest };
  }

  async restore({ networks, rest }: LearnerState): Promise<void> {
    restoreCheckpoint(this.#parts, networks);
    const { counters, memory, exploration } = rest as Td3State;
    this.#counters = { ...counters };
    this.#memory.restore(memory);
    this.#exploration.restore(exploration);
    await this.exportPolicies();
  }

  dispose(): void {
    for (const part of Object.values(this.#parts)) tf.dispose(part.variables);
  }

  async exportPolicies(): Promise<void> {
    this.#policyData = (await exportWeights(this.#actor)).map((network) => ({ kind: "deterministic", network }));
    this.#policies = this.#policyData.map((data) => networkPolicy(this.#setting.spec, data));
  }
}

export const td3: Algorithm<typeof schema> = {
  kind: "td3",
  doc: "Twin delayed DDPG: as DDPG, steadier; critics that do not flatter.",
  schema,
  check({ actionSpace }, options) {
    outputsFor(actionSpace, "deterministic");
    checkExploration(options);
  },
  firstUpdate(options) {
    const { steps, because } = afterStart(options);
    const { lanes, policyDelay } = options;
    return { steps: steps + (policyDelay - 1) * lanes, because: `${because}, then ${policyDelay} policyDelay` };
  },
  async create(setting, options) {
    const learner = new Td3(setting, options);
    await learner.exportPolicies();
    return learner;
  },
  policy: networkPolicy,
};
