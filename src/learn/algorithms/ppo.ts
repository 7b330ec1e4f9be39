/**
 * Proximal policy optimization: many steps of gradient on one rollout, held near the policy that played it by clipping.
 * @see Schulman et al. 2017, "Proximal Policy Optimization Algorithms"; details: Huang et al. 2022, "The 37 Implementation
 * Details of Proximal Policy Optimization".
 *
 * Implementation details
 * 1. Vectorised lanes, a fixed number of steps each; an episode that is cut by the end of a rollout goes on in the next.
 * 2. Orthogonal first weights: gain sqrt(2) in hidden layers, 0.01 for the policy's output, 1 for the value's.
 * 3. Actor and critic are two networks under one Adam, epsilon 1e-5.
 * 4. Learning rate falls on a straight line with the fraction of training at which the rollout began, as in CleanRL: the last one still learns.
 * 5. GAE; a truncated episode counts the value of its own last observation, a terminated one nothing (many codes merge the two).
 * 6. Minibatches of a fresh shuffle each epoch; advantages have mean 0 and deviation 1 within each.
 * 7. Ratio clipped; the value loss is not (Andrychowicz et al. 2021: clipping it does not help).
 * 8. Gradient of all networks together clipped to a norm.
 * 9. Old log-probabilities come from the networks in training, not from those that acted: first ratios are 1 but for rounding.
 * 10. Gaussian policies: means on the unit scale, deviations that do not depend on the state, draws clipped only for the environment.
 * 11. Several choices at once are independent: log-probabilities and entropies add up. Masks take choices away in both.
 * 12. Observations may be normalised; statistics stand still within a rollout and take it in after it.
 */
import * as tf from "@tensorflow/tfjs-core";
import { z } from "zod";
import type { Rng } from "../../kernel/index.ts";
import type { VectorBuffers } from "../lanes.ts";
import {
  type Adam,
  adam,
  Choices,
  exportRows,
  exportWeights,
  Gaussian,
  mlp,
  orthogonal,
  type Parameters,
  parameters,
  restoreCheckpoint,
  type Saveables,
  type Sequential,
  takeCheckpoint,
} from "../nets/index.ts";
import { type NetworkPolicyData, networkPolicy, outputsFor, type Policy } from "../policy.ts";
import { RunningNorm, type RunningNormState } from "../running-norm.ts";
import { linear } from "../schedule.ts";
import { type Algorithm, agentStreams, type LearnerState, type Measures, type OnlineLearner, type Setting } from "./algorithm.ts";
import { type Distribution, type Judged, type Played, ppoLoss, ppoMeasures, targetsOf } from "./clipped-objective.ts";
import { gatherRows, minibatches, rowOf, stack, stackFlat, standardized } from "./population.ts";
import { afterRollout, RolloutBuffer, type RolloutRows } from "./rollout-buffer.ts";

const fraction = z.number().min(0).max(1);

const schema = z.strictObject({
  lanes: z.int().min(1).default(8).describe("environments side by side"),
  rolloutSteps: z.int().min(1).default(128).describe("steps of each lane between two updates"),
  hidden: z.array(z.int().min(1)).default([64, 64]).describe("widths of the hidden layers, of actor and critic alike"),
  activation: z.enum(["tanh", "relu"]).default("tanh"),
  learningRate: z.number().positive().default(1e-3),
  learningRateEnd: z.number().min(0).default(0).describe("reached on a straight line when the training is done"),
  adamEpsilon: z.number().positive().default(1e-5),
  gamma: fraction.default(0.98).describe("discount of a nominal step"),
  lambda: fraction.default(0.9).describe("how far advantages look: 0 one step, 1 the whole episode"),
  advantage: z.enum(["gae", "monte-carlo"]).default("gae").describe("monte-carlo: discounted returns without bootstrap, less the value"),
  epochs: z.int().min(1).default(10).describe("passes over a rollout"),
  minibatchSize: z.int().min(1).default(256),
  drawing: z.enum(["shuffle", "with-replacement"]).default("shuffle").describe("how minibatches are made of a rollout"),
  normalizeAdvantages: z.enum(["minibatch", "rollout", "no"]).default("minibatch"),
  clip: z.number().positive().default(0.2).describe("how far a ratio may move from 1 before it counts no more"),
  entropyWeight: z.number().min(0).default(0),
  valueWeight: z.number().positive().default(0.5),
  maxGradientNorm: z.number().positive().nullable().default(0.5).describe("null: gradients are not clipped"),
  logStd: z.number().default(0).describe("first log standard deviation of a Gaussian policy, on the unit scale"),
  normalizeObservations: z.boolean().default(false),
});
export type PpoOptions = z.output<typeof schema>;

/**
 * PPO as in the published code of SIMPPO's line: "gae" there is a Monte-Carlo return less the value, without bootstrap; minibatches
 * of five are drawn with replacement; gradients are not clipped. Five lanes of 200 steps are its five episodes of the table task.
 */
export const MONTE_CARLO: z.input<typeof schema> = {
  lanes: 5,
  rolloutSteps: 200,
  activation: "relu",
  learningRate: 3e-4,
  learningRateEnd: 3e-4,
  adamEpsilon: 1e-8,
  gamma: 0.99,
  advantage: "monte-carlo",
  epochs: 5,
  minibatchSize: 5,
  drawing: "with-replacement",
  normalizeAdvantages: "rollout",
  entropyWeight: 0.01,
  valueWeight: 0.05,
  maxGradientNorm: null,
};

/** A minibatch, or a whole rollout. */
export interface PpoBatch extends Played {
  /** [agents, rows, numbers]; so are masks. */
  readonly observations: tf.Tensor3D;
  readonly masks: tf.Tensor3D | undefined;
}

class Ppo implements OnlineLearner {
  readonly laneCount: number;
  readonly #setting: Setting;
  readonly #options: PpoOptions;
  readonly #choiceCounts: readonly number[];
  readonly #actor: Sequential;
  readonly #critic: Sequential;
  /** Log standard deviations of a Gaussian policy. */
  readonly #logStd: Parameters | undefined;
  readonly #optimizer: Adam;
  readonly #actStreams: readonly Rng[];
  readonly #shuffleStreams: readonly Rng[];
  readonly #norms: readonly RunningNorm[];
  readonly #rollouts: readonly RolloutBuffer[];
  #policyData: readonly NetworkPolicyData[] = [];
  #policies: readonly Policy[] = [];
  /** Transitions of an agent in a rollout. */
  readonly #rowCount: number;
  /** Steps of each lane so far, those since the last update, and the fraction of training at which the rollout under way began. */
  #counters = { steps: 0, row: 0, updates: 0, beganAt: 0 };

  constructor(setting: Setting, options: PpoOptions) {
    const { observationSpace, actionSpace } = setting.spec;
    const streams = agentStreams(setting);
    const population = setting.seeds.length;
    const inputs = observationSpace.slots.length;
    this.#setting = setting;
    this.#options = options;
    this.laneCount = options.lanes;
    this.#rowCount = options.lanes * options.rolloutSteps;
    const gaussian = actionSpace.kind === "box";
    const outputs = outputsFor(actionSpace, gaussian ? "gaussian" : "categorical");
    this.#choiceCounts = actionSpace.slots.flatMap((slot) => (slot.kind === "choice" ? [slot.count] : []));
    const body = { inputs, hidden: options.hidden, activation: options.activation, init: orthogonal() };
    this.#actor = mlp({ ...body, outputs, outputInit: orthogonal(0.01) }, streams("actor"));
    this.#critic = mlp({ ...body, outputs: 1, outputInit: orthogonal(1) }, streams("critic"));
    this.#logStd = gaussian ? parameters(outputs, options.logStd, population) : undefined;
    this.#optimizer = adam([this.#actor, this.#critic, ...(this.#logStd === undefined ? [] : [this.#logStd])], {
      learningRate: options.learningRate,
      epsilon: options.adamEpsilon,
      ...(options.maxGradientNorm !== null && { maxGradientNorm: options.maxGradientNorm }),
    });
    this.#actStreams = streams("act");
    this.#shuffleStreams = streams("shuffle");
    this.#norms = setting.seeds.map(() => new RunningNorm(inputs));
    this.#rollouts = setting.seeds.map(() => new RolloutBuffer(setting, { laneCount: options.lanes, stepCount: options.rolloutSteps }));
  }

  // ... Acting ...

  act(agent: number, lanes: VectorBuffers): void {
    const rng = (this.#actStreams[agent] as Rng).fork(`${this.#counters.steps}`);
    (this.#rollouts[agent] as RolloutBuffer).act(this.#counters.row, lanes, this.#policies[agent] as Policy, rng);
  }

  observe(agent: number, lanes: VectorBuffers): void {
    (this.#rollouts[agent] as RolloutBuffer).observe(this.#counters.row, lanes);
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
    const batch = await this.#prepare();
    const streams = this.#shuffleStreams.map((stream) => stream.fork(`${counters.updates}`));
    for (const rows of minibatches(streams, this.#rowCount, this.#options)) {
      tf.tidy(() => {
        const minibatch = minibatchOf(batch, rows, this.#options.normalizeAdvantages === "minibatch");
        this.#optimizer.minimize(() => ppoLoss(this.#judge(minibatch), minibatch, this.#options));
      });
    }
    const measures = await ppoMeasures(() => this.#judge(batch), batch);
    tf.dispose(Object.values(batch));
    this.#takeInObservations();
    counters.updates++;
    await this.exportPolicies();
    return measures;
  }

  #judge({ observations, masks }: PpoBatch): Judged {
    return { policy: this.#distribution(observations, masks), values: this.#values(observations) };
  }

  #distribution(observations: tf.Tensor3D, masks: tf.Tensor3D | undefined): Distribution {
    const head = this.#actor.forward(observations);
    if (this.#logStd !== undefined) return new Gaussian(head, this.#logStd.forward());
    return new Choices(head, this.#choiceCounts, masks);
  }

  /** [agents, rows] */
  #values(observations: tf.Tensor3D): tf.Tensor2D {
    return tf.squeeze(this.#critic.forward(observations), [2]);
  }

  /** The whole rollout of all agents as tensors, with advantages and returns. */
  async #prepare(): Promise<PpoBatch> {
    const rollouts = this.#rollouts.map(({ rows }) => rows);
    const stacked = (rows: readonly (Float32Array | Uint8Array)[]): tf.Tensor3D => stack(rows, this.#rowCount);
    const observations = stacked(rollouts.map((rollout, agent) => this.#normalized(agent, rollout.observations)));
    const successors = stacked(rollouts.map((rollout, agent) => this.#normalized(agent, rollout.successors)));
    const masks = this.#setting.spec.masked ? stacked(rollouts.map((rollout) => rollout.masks)) : undefined;
    const decisions = stacked(rollouts.map((rollout) => rollout.decisions));
    const [values, nextValues, oldLogProbabilities] = tf.tidy(() => [
      this.#values(observations),
      this.#values(successors),
      this.#distribution(observations, masks).logProbability(decisions),
    ]) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const [valueRows, nextValueRows] = [(await values.data()) as Float32Array, (await nextValues.data()) as Float32Array];
    tf.dispose([successors, values, nextValues]);

    const targets = rollouts.map((rollout, agent) => {
      const own = { values: rowOf(valueRows, agent, rollouts.length), nextValues: rowOf(nextValueRows, agent, rollouts.length) };
      return targetsOf({ ...rollout, ...own, laneCount: this.laneCount }, this.#options);
    });
    const [advantages, returns] = [targets.map((target) => target.advantages), targets.map((target) => target.returns)];
    const wide = this.#options.normalizeAdvantages === "rollout";
    return {
      observations,
      masks,
      decisions,
      oldLogProbabilities,
      advantages: tf.tidy(() => (wide ? standardized(stackFlat(advantages)) : stackFlat(advantages))),
      returns: stackFlat(returns),
    };
  }

  #normalized(agent: number, rows: Float32Array): Float32Array {
    if (!this.#options.normalizeObservations) return rows;
    const out = new Float32Array(rows.length);
    (this.#norms[agent] as RunningNorm).normalizeInto(rows, out);
    return out;
  }

  #takeInObservations(): void {
    if (!this.#options.normalizeObservations) return;
    this.#rollouts.forEach(({ rows }, agent) => {
      (this.#norms[agent] as RunningNorm).add(rows.observations);
    });
  }

  // ... Saving ...

  policyData(agent: number): NetworkPolicyData {
    return this.#policyData[agent] as NetworkPolicyData;
  }

  get #parts(): Saveables {
    const logStd = this.#logStd === undefined ? {} : { logStd: this.#logStd };
    return { actor: this.#actor, critic: this.#critic, optimizer: this.#optimizer, ...logStd };
  }

  async save(): Promise<LearnerState> {
    const norms = this.#norms.map((norm) => norm.save());
    const rest: PpoState = {
      counters: this.#counters,
      norms,
      rollouts: this.#rollouts.map(({ rows }) => rows),
      policyData: this.#policyData,
    };
    return { networks: await takeCheckpoint(this.#parts), rest: structuredClone(rest) };
  }

  async restore({ networks, rest }: LearnerState): Promise<void> {
    restoreCheckpoint(this.#parts, networks);
    const { counters, norms, rollouts, policyData } = structuredClone(rest) as PpoState;
    this.#counters = counters;
    norms.forEach((norm, agent) => void this.#norms[agent]?.restore(norm));
    rollouts.forEach((rows, agent) => void this.#rollouts[agent]?.restore(rows));
    this.#usePolicies(policyData);
  }

  dispose(): void {
    for (const part of Object.values(this.#parts)) tf.dispose(part.variables);
  }

  async exportPolicies(): Promise<void> {
    const networks = await exportWeights(this.#actor);
    const logStds = this.#logStd && (await exportRows(this.#logStd));
    this.#usePolicies(
      networks.map((network, agent): NetworkPolicyData => {
        const norm = this.#options.normalizeObservations ? { norm: (this.#norms[agent] as RunningNorm).save() } : {};
        if (logStds === undefined) return { kind: "categorical", network, ...norm };
        return { kind: "gaussian", network, logStd: logStds[agent] as Float32Array, ...norm };
      }),
    );
  }

  #usePolicies(data: readonly NetworkPolicyData[]): void {
    this.#policyData = data;
    this.#policies = data.map((own) => networkPolicy(this.#setting.spec, own));
  }
}

interface PpoState {
  readonly counters: { steps: number; row: number; updates: number; beganAt: number };
  readonly norms: readonly RunningNormState[];
  readonly rollouts: readonly RolloutRows[];
  readonly policyData: readonly NetworkPolicyData[];
}

/** Some rows of a rollout, [agents, size, ...]. */
function minibatchOf(batch: PpoBatch, rows: Int32Array, isStandardized: boolean): PpoBatch {
  const advantages = gatherRows(batch.advantages, rows);
  return {
    observations: gatherRows(batch.observations, rows),
    masks: batch.masks && gatherRows(batch.masks, rows),
    decisions: gatherRows(batch.decisions, rows),
    oldLogProbabilities: gatherRows(batch.oldLogProbabilities, rows),
    advantages: isStandardized ? standardized(advantages) : advantages,
    returns: gatherRows(batch.returns, rows),
  };
}

export const ppo: Algorithm<typeof schema> = {
  kind: "ppo",
  doc: "Proximal policy optimization: choices or reals, on-policy; the first to try.",
  schema,
  check: ({ actionSpace }) => void outputsFor(actionSpace, actionSpace.kind === "box" ? "gaussian" : "categorical"),
  firstUpdate: afterRollout,
  async create(setting, options) {
    const learner = new Ppo(setting, options);
    await learner.exportPolicies();
    return learner;
  },
  policy: networkPolicy,
};
