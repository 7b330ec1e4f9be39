/**
 * Deep Q-learning: a network learns the value of each choice from old transitions, against a copy of itself from a while ago.
 * @see Mnih et al. 2015, "Human-level control through deep reinforcement learning"; double: van Hasselt, Guez & Silver 2016.
 *
 * Implementation details
 * 1. Huber loss with delta 1: the gradient is clipped as in the paper's error clipping.
 * 2. Double: the network in training picks the next choice, the copy values it.
 * 3. Epsilon falls on a straight line by the fraction of training and then stays.
 * 4. The stochastic policy that is evaluated explores with the last epsilon.
 * 5. Targets end at terminated transitions only, and are discounted by elapsed time.
 * 6. One choice without masks: what the masks of the next state were is not in the replay.
 */
import * as tf from "@tensorflow/tfjs-core";
import { z } from "zod";
import type { Rng } from "../../kernel/index.ts";
import type { VectorBuffers } from "../lanes.ts";
import {
  type Adam,
  adam,
  copyInto,
  exportWeights,
  huber,
  mlp,
  pick,
  restoreCheckpoint,
  type Saveables,
  type Sequential,
  takeCheckpoint,
} from "../nets/index.ts";
import { type NetworkPolicyData, networkPolicy, outputsFor, type Policy } from "../policy.ts";
import type { ReplayState } from "../replay.ts";
import { linear, type Schedule } from "../schedule.ts";
import { type Algorithm, agentStreams, type LearnerState, type Measures, type OnlineLearner, type Setting } from "./algorithm.ts";
import { bootstrapped, Memory, type Transitions } from "./memory.ts";
import { rowOf } from "./population.ts";

const fraction = z.number().min(0).max(1);

const schema = z.strictObject({
  lanes: z.int().min(1).default(1).describe("environments side by side"),
  hidden: z.array(z.int().min(1)).default([64, 64]).describe("widths of the hidden layers"),
  learningRate: z.number().positive().default(1e-3),
  gamma: fraction.default(0.99).describe("discount of a nominal step"),
  double: z.boolean().default(true),
  epsilon: fraction.default(1).describe("share of choices that are drawn, at first"),
  epsilonEnd: fraction.default(0.05),
  epsilonUntil: fraction.gt(0).default(0.3).describe("fraction of training at which the end is reached"),
  stepsPerUpdate: z.int().min(1).default(4).describe("steps of all lanes between two updates"),
  copyEveryUpdates: z.int().min(1).default(100).describe("updates after which the copy is made anew"),
  replayCapacity: z.int().min(1).default(50_000).describe("transitions"),
  batchSize: z.int().min(1).default(64),
  startSteps: z.int().min(1).default(1000).describe("steps of an agent before the first update"),
});
export type DqnOptions = z.output<typeof schema>;

interface DqnState {
  readonly counters: { steps: number; updates: number };
  readonly memory: readonly ReplayState[];
}

/** Values after a transition, [agents, batch]. @param choosing values that pick the choice @param valued values of the choices */
export function nextValues(choosing: tf.Tensor3D, valued: tf.Tensor3D): tf.Tensor2D {
  return pick(valued, tf.cast(tf.argMax(choosing, 2), "float32") as tf.Tensor2D);
}

class Dqn implements OnlineLearner {
  readonly laneCount: number;
  readonly #setting: Setting;
  readonly #options: DqnOptions;
  readonly #network: Sequential;
  readonly #target: Sequential;
  readonly #optimizer: Adam;
  readonly #memory: Memory;
  readonly #epsilon: Schedule;
  readonly #actStreams: readonly Rng[];
  #policyData: readonly NetworkPolicyData[] = [];
  #policies: readonly Policy[] = [];
  /** Steps of each lane, and updates, so far. */
  #counters = { steps: 0, updates: 0 };

  constructor(setting: Setting, options: DqnOptions) {
    const { name, observationSpace, actionSpace, masked } = setting.spec;
    if (masked) throw new RangeError(`dqn does not know masks, and ${name} has them; ppo does`);
    const streams = agentStreams(setting);
    const { hidden, batchSize, gamma, replayCapacity: capacity, lanes: laneCount } = options;
    this.#setting = setting;
    this.#options = options;
    this.laneCount = laneCount;
    const shape = { inputs: observationSpace.slots.length, hidden, outputs: outputsFor(actionSpace, "values") };
    this.#network = mlp({ ...shape, activation: "relu" }, streams("network"));
    this.#target = this.#network.clone();
    this.#optimizer = adam([this.#network], { learningRate: options.learningRate });
    this.#memory = new Memory(setting, { capacity, batchSize, gamma, laneCount });
    this.#epsilon = linear({ from: options.epsilon, to: options.epsilonEnd, until: options.epsilonUntil });
    this.#actStreams = streams("act");
  }

  // ... Acting ...

  act(agent: number, lanes: VectorBuffers, done: number): void {
    const { laneCount } = this;
    const rng = (this.#actStreams[agent] as Rng).fork(`${this.#counters.steps}`);
    const policy = this.#policies[agent] as Policy;
    const decisions = this.#memory.decisions[agent] as Float32Array;
    const epsilon = this.#epsilon(done);
    const { count } = this.#setting.spec.actionSpace as { count: number };
    this.#memory.see(agent, lanes);
    for (let lane = 0; lane < laneCount; lane++) {
      const decision = rowOf(decisions, lane, laneCount);
      if (rng.uniform() < epsilon) decision[0] = rng.int(count);
      else policy.decide(rowOf(lanes.observations, lane, laneCount), lanes.masks, undefined, decision);
      policy.toAction(decision, rowOf(lanes.actions, lane, laneCount));
    }
  }

  observe(agent: number, lanes: VectorBuffers): void {
    this.#memory.observe(agent, lanes);
  }

  // ... Learning ...

  async update(): Promise<Measures | undefined> {
    const { startSteps, stepsPerUpdate, copyEveryUpdates } = this.#options;
    const { steps } = this.#counters;
    this.#counters.steps++;
    if ((steps + 1) * this.laneCount < startSteps || (steps + 1) % stepsPerUpdate !== 0) return undefined;
    const loss = tf.tidy(() => this.#improve(this.#memory.sample(this.#counters.updates++)));
    if (this.#counters.updates % copyEveryUpdates === 0) copyInto(this.#target, this.#network);
    await this.exportPolicies();
    const measures = { loss: [...(await loss.data())] };
    tf.dispose(loss);
    return measures;
  }

  /** Towards r + gamma Q'(s', a'). */
  #improve(transitions: Transitions): tf.Tensor1D {
    const { observations, decisions, successors } = transitions;
    const valued = this.#target.forward(successors);
    const targets = bootstrapped(transitions, nextValues(this.#options.double ? this.#network.forward(successors) : valued, valued));
    const choices = tf.squeeze(decisions, [2]) as tf.Tensor2D;
    return this.#optimizer.minimize(() => huber(pick(this.#network.forward(observations), choices), targets));
  }

  // ... Saving ...

  policyData(agent: number): NetworkPolicyData {
    return this.#policyData[agent] as NetworkPolicyData;
  }

  get #parts(): Saveables {
    return { network: this.#network, target: this.#target, optimizer: this.#optimizer };
  }

  async save(): Promise<LearnerState> {
    const rest: DqnState = { counters: { ...this.#counters }, memory: this.#memory.save() };
    return { networks: await takeCheckpoint(this.#parts), rest };
  }

  async restore({ networks, rest }: LearnerState): Promise<void> {
    restoreCheckpoint(this.#parts, networks);
    const { counters, memory } = rest as DqnState;
    this.#counters = { ...counters };
    this.#memory.restore(memory);
    await this.exportPolicies();
  }

  dispose(): void {
    for (const part of Object.values(this.#parts)) tf.dispose(part.variables);
  }

  async exportPolicies(): Promise<void> {
    const epsilon = this.#options.epsilonEnd;
    this.#policyData = (await exportWeights(this.#network)).map((network) => ({ kind: "values", network, epsilon }));
    this.#policies = this.#policyData.map((data) => networkPolicy(this.#setting.spec, data));
  }
}

export const dqn: Algorithm<typeof schema> = {
  kind: "dqn",
  doc: "Deep Q-learning: one choice, off-policy.",
  schema,
  async create(setting, options) {
    const learner = new Dqn(setting, options);
    await learner.exportPolicies();
    return learner;
  },
  policy: networkPolicy,
};
