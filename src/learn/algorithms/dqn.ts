/**
 * Deep Q-learning: a network learns the value of each choice from old transitions, against a copy of itself from a while ago.
 * @see Mnih et al. 2015, "Human-level control through deep reinforcement learning"; double: van Hasselt, Guez & Silver 2016.
 *
 * Implementation details
 * 1. Squared error, as in CleanRL. The paper clips errors at 1, which with values of 100, as of CartPole, all but hides the rare ends.
 * 2. Double: the network in training picks the next choice, the copy values it.
 * 3. Epsilon falls on a straight line by the fraction of training and then stays.
 * 4. The stochastic policy that is evaluated explores with the last epsilon.
 * 5. Targets end at terminated transitions only, and are discounted by elapsed time.
 * 6. Masks take choices away: from what is drawn, from the greatest value, and from the next choice of a target, whose mask the replay keeps.
 * 7. Learning goes in rounds, as in RL Baselines3 Zoo: between two of them the policy and the copy stand still.
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
  meanSquaredError,
  mlp,
  pick,
  restoreCheckpoint,
  type Saveables,
  type Sequential,
  takeCheckpoint,
} from "../nets/index.ts";
import { drawn, type NetworkPolicyData, networkPolicy, outputsFor, type Policy } from "../policy.ts";
import type { ReplayState } from "../replay.ts";
import { linear, type Schedule } from "../schedule.ts";
import { type Algorithm, agentStreams, type LearnerState, type Measures, type OnlineLearner, type Setting } from "./algorithm.ts";
import { bootstrapped, Memory, type Transitions } from "./memory.ts";
import { rowOf } from "./population.ts";

const fraction = z.number().min(0).max(1);

const schema = z.strictObject({
  lanes: z.int().min(1).default(1).describe("environments side by side"),
  hidden: z.array(z.int().min(1)).default([64, 64]).describe("widths of the hidden layers"),
  learningRate: z.number().positive().default(5e-3),
  learningRateEnd: z.number().min(0).default(0).describe("reached on a straight line when the training is done"),
  gamma: fraction.default(0.99).describe("discount of a nominal step"),
  double: z.boolean().default(true),
  epsilon: fraction.default(1).describe("share of choices that are drawn, at first"),
  epsilonEnd: fraction.default(0.01),
  epsilonUntil: fraction.gt(0).default(0.16).describe("fraction of training at which the end is reached"),
  stepsPerRound: z.int().min(1).default(256).describe("steps of each lane between two rounds of updates"),
  updatesPerRound: z.int().min(1).default(128).describe("steps of gradient one after the other, each on a batch of its own"),
  copyEveryUpdates: z.int().min(1).default(128).describe("updates after which the copy is made anew"),
  replayCapacity: z.int().min(1).default(100_000).describe("transitions"),
  batchSize: z.int().min(1).default(64),
  startSteps: z.int().min(1).default(1000).describe("steps of an agent before the first update"),
});
export type DqnOptions = z.output<typeof schema>;

interface DqnState {
  readonly counters: { steps: number; updates: number };
  readonly memory: readonly ReplayState[];
}

/**
 * Values after a transition, [agents, batch].
 * @param choosing values that pick the choice @param valued values of the choices @param masks 1 where a choice is allowed, 0 where not
 */
export function nextValues(choosing: tf.Tensor3D, valued: tf.Tensor3D, masks?: tf.Tensor3D): tf.Tensor2D {
  const allowed = masks === undefined ? choosing : tf.where(tf.cast(masks, "bool"), choosing, tf.fill(choosing.shape, -1e8));
  return pick(valued, tf.cast(tf.argMax(allowed, 2), "float32") as tf.Tensor2D);
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
    const { observationSpace, actionSpace, masked } = setting.spec;
    const streams = agentStreams(setting);
    const { hidden, batchSize, gamma, replayCapacity: capacity, lanes: laneCount } = options;
    this.#setting = setting;
    this.#options = options;
    this.laneCount = laneCount;
    const shape = { inputs: observationSpace.slots.length, hidden, outputs: outputsFor(actionSpace, "values") };
    this.#network = mlp({ ...shape, activation: "relu" }, streams("network"));
    this.#target = this.#network.clone();
    this.#optimizer = adam([this.#network], { learningRate: options.learningRate });
    this.#memory = new Memory(setting, { capacity, batchSize, gamma, laneCount, masked });
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
      const mask = rowOf(lanes.masks, lane, laneCount);
      if (rng.uniform() < epsilon) decision[0] = drawn(count, mask, rng);
      else policy.decide(rowOf(lanes.observations, lane, laneCount), mask, undefined, decision);
      policy.toAction(decision, rowOf(lanes.actions, lane, laneCount));
    }
  }

  observe(agent: number, lanes: VectorBuffers): void {
    this.#memory.observe(agent, lanes);
  }

  // ... Learning ...

  async update(done: number): Promise<Measures | undefined> {
    const { startSteps, stepsPerRound, updatesPerRound, learningRate: from, learningRateEnd: to } = this.#options;
    const { steps } = this.#counters;
    this.#counters.steps++;
    if ((steps + 1) * this.laneCount < startSteps || (steps + 1) % stepsPerRound !== 0) return undefined;
    this.#optimizer.learningRate = linear({ from, to })(done);
    const loss = tf.tidy(() => {
      const losses = Array.from({ length: updatesPerRound }, () => this.#improveOnce());
      return tf.mean(tf.stack(losses), 0) as tf.Tensor1D;
    });
    await this.exportPolicies();
    const measures = { loss: [...(await loss.data())] };
    tf.dispose(loss);
    return measures;
  }

  #improveOnce(): tf.Tensor1D {
    const loss = tf.tidy(() => this.#improve(this.#memory.sample(this.#counters.updates++)));
    if (this.#counters.updates % this.#options.copyEveryUpdates === 0) copyInto(this.#target, this.#network);
    return loss;
  }

  /** Towards r + gamma Q'(s', a'). */
  #improve(transitions: Transitions): tf.Tensor1D {
    const { observations, decisions, successors, successorMasks } = transitions;
    const valued = this.#target.forward(successors);
    const choosing = this.#options.double ? this.#network.forward(successors) : valued;
    const targets = bootstrapped(transitions, nextValues(choosing, valued, successorMasks));
    const choices = tf.squeeze(decisions, [2]) as tf.Tensor2D;
    return this.#optimizer.minimize(() => meanSquaredError(pick(this.#network.forward(observations), choices), targets));
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
  check: ({ actionSpace }) => void outputsFor(actionSpace, "values"),
  firstUpdate({ lanes, startSteps, stepsPerRound }) {
    const round = lanes * stepsPerRound;
    const because = `${startSteps} startSteps, in rounds of ${lanes} lanes x ${stepsPerRound} stepsPerRound`;
    return { steps: Math.ceil(startSteps / round) * round, because };
  },
  async create(setting, options) {
    const learner = new Dqn(setting, options);
    await learner.exportPolicies();
    return learner;
  },
  policy: networkPolicy,
};
