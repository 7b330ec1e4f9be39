/**
 * PPO with a memory: a GRU reads each episode from its beginning, and actor and critic see its state instead of the observation.
 * @see Schulman et al. 2017, "Proximal Policy Optimization Algorithms"; Huang et al. 2022, "The 37 Implementation Details of
 * Proximal Policy Optimization", LSTM details; Cho et al. 2014 for the unit.
 *
 * Implementation details, beside those of ppo.ts
 * 1. One GRU under both heads; actor and critic are one layer each on its state, orthogonal, gain 0.01 and 1.
 * 2. Gradients go back through the whole rollout of a lane, not beyond it: its first state is what acting had left in memory.
 * 3. Where an episode begins within a rollout, the state is zeros again, in acting and in learning.
 * 4. Minibatches are whole lanes, in a fresh order each epoch.
 * 5. The value of what followed an action is that of one more step of the GRU, also where an episode was truncated.
 * 6. States in memory are those of the weights that acted, not of the weights after the updates of this rollout.
 */
import * as tf from "@tensorflow/tfjs-core";
import { z } from "zod";
import type { Rng } from "../../kernel/index.ts";
import type { VectorBuffers } from "../lanes.ts";
import {
  type Adam,
  adam,
  Choices,
  dense,
  exportRows,
  exportWeights,
  Gaussian,
  type Gru,
  gru,
  orthogonal,
  type Parameters,
  parameters,
  restoreCheckpoint,
  type Saveables,
  type Sequential,
  sequential,
  takeCheckpoint,
} from "../nets/index.ts";
import { outputsFor, type Policy } from "../policy.ts";
import { type RecurrentPolicyData, recurrentPolicy } from "../recurrent-policy.ts";
import { linear } from "../schedule.ts";
import { type Algorithm, agentStreams, type LearnerState, type Measures, type OnlineLearner, type Setting } from "./algorithm.ts";
import { type Judged, type Played, ppoLoss, ppoMeasures, targetsOf } from "./clipped-objective.ts";
import { gatherRows, minibatches, rowOf, stack, standardized } from "./population.ts";
import { afterRollout, RolloutBuffer, type RolloutRows } from "./rollout-buffer.ts";

const fraction = z.number().min(0).max(1);

const schema = z.strictObject({
  lanes: z.int().min(1).default(16).describe("environments side by side"),
  rolloutSteps: z.int().min(1).default(32).describe("steps of each lane between two updates; gradients go back no further"),
  memory: z.int().min(1).default(64).describe("numbers that the GRU remembers"),
  learningRate: z.number().positive().default(3e-3),
  learningRateEnd: z.number().min(0).default(0).describe("reached on a straight line when the training is done"),
  adamEpsilon: z.number().positive().default(1e-5),
  gamma: fraction.default(0.99).describe("discount of a nominal step"),
  lambda: fraction.default(0.95).describe("how far advantages look: 0 one step, 1 the whole episode"),
  epochs: z.int().min(1).default(4).describe("passes over a rollout"),
  minibatchLanes: z.int().min(1).default(4).describe("lanes of a minibatch, each with all of its steps"),
  clip: z.number().positive().default(0.2).describe("how far a ratio may move from 1 before it counts no more"),
  entropyWeight: z.number().min(0).default(0.01),
  valueWeight: z.number().positive().default(0.5),
  maxGradientNorm: z.number().positive().nullable().default(0.5).describe("null: gradients are not clipped"),
  logStd: z.number().default(0).describe("first log standard deviation of a Gaussian policy, on the unit scale"),
});
export type RecurrentPpoOptions = z.output<typeof schema>;

/** Lanes, each with all of its steps: [agents, lanes, steps, numbers] but for what says otherwise. */
interface Sequences {
  readonly observations: tf.Tensor4D;
  readonly masks: tf.Tensor4D | undefined;
  readonly decisions: tf.Tensor4D;
  /** What each lane remembered at first, [agents, lanes, memory]. */
  readonly states: tf.Tensor3D;
  /** 1 where an episode begins, [agents, lanes, steps]; so are the next three. */
  readonly begins: tf.Tensor3D;
  readonly oldLogProbabilities: tf.Tensor3D;
  readonly advantages: tf.Tensor3D;
  readonly returns: tf.Tensor3D;
}
type Told = Omit<Sequences, "oldLogProbabilities" | "advantages" | "returns">;

class RecurrentPpo implements OnlineLearner {
  readonly laneCount: number;
  readonly #setting: Setting;
  readonly #options: RecurrentPpoOptions;
  readonly #choiceCounts: readonly number[];
  readonly #gru: Gru;
  readonly #actor: Sequential;
  readonly #critic: Sequential;
  /** Log standard deviations of a Gaussian policy. */
  readonly #logStd: Parameters | undefined;
  readonly #optimizer: Adam;
  readonly #actStreams: readonly Rng[];
  readonly #shuffleStreams: readonly Rng[];
  readonly #rollouts: readonly RolloutBuffer[];
  /** What the lanes of each agent remember, a row a lane: now, and at the beginning of the rollout. */
  #memories: readonly Float64Array[];
  #states: readonly Float32Array[];
  #policyData: readonly RecurrentPolicyData[] = [];
  #policies: readonly Policy[] = [];
  /** Steps of each lane so far, those since the last update, and the fraction of training at which the rollout under way began. */
  #counters = { steps: 0, row: 0, updates: 0, beganAt: 0 };

  constructor(setting: Setting, options: RecurrentPpoOptions) {
    const { observationSpace, actionSpace } = setting.spec;
    const streams = agentStreams(setting);
    this.#setting = setting;
    this.#options = options;
    this.laneCount = options.lanes;
    const gaussian = actionSpace.kind === "box";
    const outputs = outputsFor(actionSpace, gaussian ? "gaussian" : "categorical");
    this.#choiceCounts = actionSpace.slots.flatMap((slot) => (slot.kind === "choice" ? [slot.count] : []));
    this.#gru = gru({ inputs: observationSpace.slots.length, hidden: options.memory }, streams("gru"));
    this.#actor = sequential(options.memory, [dense(outputs, "linear", orthogonal(0.01))], streams("actor"));
    this.#critic = sequential(options.memory, [dense(1, "linear", orthogonal(1))], streams("critic"));
    this.#logStd = gaussian ? parameters(outputs, options.logStd, setting.seeds.length) : undefined;
    this.#optimizer = adam([this.#gru, this.#actor, this.#critic, ...(this.#logStd === undefined ? [] : [this.#logStd])], {
      learningRate: options.learningRate,
      epsilon: options.adamEpsilon,
      ...(options.maxGradientNorm !== null && { maxGradientNorm: options.maxGradientNorm }),
    });
    this.#actStreams = streams("act");
    this.#shuffleStreams = streams("shuffle");
    this.#rollouts = setting.seeds.map(() => new RolloutBuffer(setting, { laneCount: options.lanes, stepCount: options.rolloutSteps }));
    this.#memories = setting.seeds.map(() => new Float64Array(options.lanes * options.memory));
    this.#states = this.#memories.map((memory) => Float32Array.from(memory));
  }

  // ... Acting ...

  act(agent: number, lanes: VectorBuffers): void {
    const rng = (this.#actStreams[agent] as Rng).fork(`${this.#counters.steps}`);
    const [policy, memories] = [this.#policies[agent] as Policy, this.#memories[agent] as Float64Array];
    (this.#rollouts[agent] as RolloutBuffer).act(this.#counters.row, lanes, policy, rng, memories);
  }

  observe(agent: number, lanes: VectorBuffers): void {
    (this.#rollouts[agent] as RolloutBuffer).observe(this.#counters.row, lanes);
    for (let lane = 0; lane < this.laneCount; lane++) {
      if (lanes.terminated[lane] || lanes.truncated[lane]) rowOf(this.#memories[agent] as Float64Array, lane, this.laneCount).fill(0);
    }
  }

  // ... Learning ...

  async update(done: number): Promise<Measures | undefined> {
    const counters = this.#counters;
    if (counters.row === 0) counters.beganAt = done;
    counters.steps++;
    counters.row++;
    if (counters.row < this.#options.rolloutSteps) return undefined;
    counters.row = 0;
    this.#optimizer.learningRate = linear({ from: this.#options.learningRate, to: this.#options.learningRateEnd })(counters.beganAt);
    const sequences = await this.#prepare();
    const streams = this.#shuffleStreams.map((stream) => stream.fork(`${counters.updates}`));
    const { epochs, minibatchLanes: minibatchSize } = this.#options;
    for (const lanes of minibatches(streams, this.laneCount, { epochs, minibatchSize, drawing: "shuffle" })) {
      tf.tidy(() => {
        const minibatch = lanesOf(sequences, lanes);
        const played = playedIn(minibatch);
        const normal = { ...played, advantages: standardized(played.advantages) };
        this.#optimizer.minimize(() => ppoLoss(this.#judge(minibatch), normal, this.#options));
      });
    }
    const played = tf.tidy(() => playedIn(sequences));
    const measures = await ppoMeasures(() => this.#judge(sequences), played);
    tf.dispose([...Object.values(sequences), ...Object.values(played)]);
    this.#states = this.#memories.map((memory) => Float32Array.from(memory));
    counters.updates++;
    await this.exportPolicies();
    return measures;
  }

  /** What the GRU remembers after each step, [agents, lanes x steps, memory]. */
  #remember({ observations, states, begins }: Told): tf.Tensor3D {
    return rowsOf(this.#gru.forward(observations, { state: states, begins }).outputs);
  }

  #judge(told: Told): Judged {
    const memory = this.#remember(told);
    return { policy: this.#distribution(memory, told.masks && rowsOf(told.masks)), values: this.#values(memory) };
  }

  #distribution(memory: tf.Tensor3D, masks: tf.Tensor3D | undefined): Judged["policy"] {
    const head = this.#actor.forward(memory);
    return this.#logStd === undefined ? new Choices(head, this.#choiceCounts, masks) : new Gaussian(head, this.#logStd.forward());
  }

  /** [agents, rows] */
  #values(memory: tf.Tensor3D): tf.Tensor2D {
    return tf.squeeze(this.#critic.forward(memory), [2]);
  }

  /** The whole rollout of all agents as sequences, with advantages and returns. */
  async #prepare(): Promise<Sequences> {
    const { lanes, rolloutSteps } = this.#options;
    const rollouts = this.#rollouts.map(({ rows }) => rows);
    const shape = { laneCount: lanes, stepCount: rolloutSteps };
    const told = tf.tidy(() => {
      const sequences = (rows: readonly (Float32Array | Uint8Array)[]): tf.Tensor4D => lanesFirst(stack(rows, lanes * rolloutSteps), shape);
      return {
        observations: sequences(rollouts.map((rollout) => rollout.observations)),
        successors: sequences(rollouts.map((rollout) => rollout.successors)),
        masks: this.#setting.spec.masked ? sequences(rollouts.map((rollout) => rollout.masks)) : undefined,
        decisions: sequences(rollouts.map((rollout) => rollout.decisions)),
        states: stack(this.#states, lanes),
        begins: tf.squeeze<tf.Tensor3D>(sequences(rollouts.map((rollout) => beginsOf(rollout, lanes))), [3]),
      };
    });
    const { successors, ...sequences } = told;
    const judged = tf.tidy(() => {
      const memory = this.#remember(sequences);
      const next = this.#gru.step(rowsOf(successors), memory);
      const policy = this.#distribution(memory, sequences.masks && rowsOf(sequences.masks));
      return {
        values: stepsFirst(this.#values(memory), shape),
        nextValues: stepsFirst(this.#values(next), shape),
        oldLogProbabilities: tf.reshape<tf.Rank.R3>(policy.logProbability(rowsOf(sequences.decisions)), sequences.begins.shape),
      };
    });
    const { oldLogProbabilities, ...values } = judged;
    const targets = await this.#targets(rollouts, values);
    tf.dispose([successors, values.values, values.nextValues]);
    const stacked = (rows: readonly Float32Array[]): tf.Tensor3D =>
      tf.tidy(() => tf.squeeze<tf.Tensor3D>(lanesFirst(stack(rows, lanes * rolloutSteps), shape), [3]));
    const [advantages, returns] = [targets.map((target) => target.advantages), targets.map((target) => target.returns)];
    return { ...sequences, oldLogProbabilities, advantages: stacked(advantages), returns: stacked(returns) };
  }

  async #targets(rollouts: readonly RolloutRows[], tensors: { readonly values: tf.Tensor; readonly nextValues: tf.Tensor }) {
    const values = (await tensors.values.data()) as Float32Array;
    const nextValues = (await tensors.nextValues.data()) as Float32Array;
    return rollouts.map((rollout, agent) => {
      const own = { values: rowOf(values, agent, rollouts.length), nextValues: rowOf(nextValues, agent, rollouts.length) };
      return targetsOf({ ...rollout, ...own, laneCount: this.laneCount }, { ...this.#options, advantage: "gae" });
    });
  }

  // ... Saving ...

  policyData(agent: number): RecurrentPolicyData {
    return this.#policyData[agent] as RecurrentPolicyData;
  }

  get #parts(): Saveables {
    const logStd = this.#logStd === undefined ? {} : { logStd: this.#logStd };
    return { gru: this.#gru, actor: this.#actor, critic: this.#critic, optimizer: this.#optimizer, ...logStd };
  }

  async save(): Promise<LearnerState> {
    const rest: RecurrentPpoState = {
      counters: this.#counters,
      memories: this.#memories,
      states: this.#states,
      rollouts: this.#rollouts.map(({ rows }) => rows),
      policyData: this.#policyData,
    };
    return { networks: await takeCheckpoint(this.#parts), rest: structuredClone(rest) };
  }

  async restore({ networks, rest }: LearnerState): Promise<void> {
    restoreCheckpoint(this.#parts, networks);
    const { counters, memories, states, rollouts, policyData } = structuredClone(rest) as RecurrentPpoState;
    this.#counters = counters;
    this.#memories = memories;
    this.#states = states;
    rollouts.forEach((rows, agent) => void this.#rollouts[agent]?.restore(rows));
    this.#usePolicies(policyData);
  }

  dispose(): void {
    for (const part of Object.values(this.#parts)) tf.dispose(part.variables);
  }

  async exportPolicies(): Promise<void> {
    const [grus, actors] = [await exportWeights(this.#gru), await exportWeights(this.#actor)];
    const logStds = this.#logStd && (await exportRows(this.#logStd));
    this.#usePolicies(
      actors.map((network, agent): RecurrentPolicyData => {
        const gru = grus[agent] as RecurrentPolicyData["gru"];
        if (logStds === undefined) return { kind: "recurrent", gru, head: { kind: "categorical", network } };
        return { kind: "recurrent", gru, head: { kind: "gaussian", network, logStd: logStds[agent] as Float32Array } };
      }),
    );
  }

  #usePolicies(data: readonly RecurrentPolicyData[]): void {
    this.#policyData = data;
    this.#policies = data.map((own) => recurrentPolicy(this.#setting.spec, own));
  }
}

interface RecurrentPpoState {
  readonly counters: { steps: number; row: number; updates: number; beganAt: number };
  readonly memories: readonly Float64Array[];
  readonly states: readonly Float32Array[];
  readonly rollouts: readonly RolloutRows[];
  readonly policyData: readonly RecurrentPolicyData[];
}

/** 1 where a row is the first of an episode, but for the first step: what its lane remembered says that already. */
function beginsOf({ terminated, truncated }: RolloutRows, laneCount: number): Uint8Array {
  return terminated.map((_, row) =>
    row < laneCount ? 0 : (terminated[row - laneCount] as number) | (truncated[row - laneCount] as number),
  );
}

interface Shape {
  readonly laneCount: number;
  readonly stepCount: number;
}

/** Rows step by step, as a rollout holds them, to lane by lane: [agents, steps x lanes, numbers] to [agents, lanes, steps, numbers]. */
function lanesFirst(rows: tf.Tensor3D, { laneCount, stepCount }: Shape): tf.Tensor4D {
  const [agents, , width] = rows.shape;
  return tf.transpose(tf.reshape(rows, [agents, stepCount, laneCount, width]), [0, 2, 1, 3]) as tf.Tensor4D;
}

/** And back, [agents, lanes x steps] to [agents, steps x lanes]. */
function stepsFirst(rows: tf.Tensor2D, { laneCount, stepCount }: Shape): tf.Tensor2D {
  const [agents] = rows.shape;
  return tf.reshape(tf.transpose(tf.reshape(rows, [agents, laneCount, stepCount]), [0, 2, 1]), [agents, stepCount * laneCount]);
}

/** [agents, lanes, steps, numbers] to [agents, lanes x steps, numbers] */
function rowsOf(sequences: tf.Tensor4D): tf.Tensor3D {
  const [agents, lanes, steps, width] = sequences.shape;
  return tf.reshape(sequences, [agents, lanes * steps, width]);
}

function playedIn({ decisions, oldLogProbabilities, advantages, returns }: Sequences): Played {
  const flat = (x: tf.Tensor3D): tf.Tensor2D => tf.reshape(x, [x.shape[0], x.shape[1] * x.shape[2]]);
  return {
    decisions: rowsOf(decisions),
    oldLogProbabilities: flat(oldLogProbabilities),
    advantages: flat(advantages),
    returns: flat(returns),
  };
}

/** Some lanes of each agent, with all of their steps. */
function lanesOf({ masks, ...sequences }: Sequences, lanes: Int32Array): Sequences {
  const own = Object.fromEntries(Object.entries(sequences).map(([name, x]) => [name, gatherRows(x as tf.Tensor, lanes)]));
  return { ...(own as unknown as Omit<Sequences, "masks">), masks: masks && gatherRows(masks, lanes) };
}

export const recurrentPpo: Algorithm<typeof schema> = {
  kind: "recurrent-ppo",
  doc: "PPO with a GRU: choices or reals, where what is seen now is not all that matters.",
  schema,
  check: ({ actionSpace }) => void outputsFor(actionSpace, actionSpace.kind === "box" ? "gaussian" : "categorical"),
  firstUpdate: afterRollout,
  async create(setting, options) {
    const learner = new RecurrentPpo(setting, options);
    await learner.exportPolicies();
    return learner;
  },
  policy: recurrentPolicy,
};
