/**
 * REINFORCE: the gradient of the log-probability of what was done, weighed by what it brought less what was expected.
 * @see Williams 1992, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning".
 *
 * Implementation details
 * 1. One step of gradient on each rollout: a fixed number of steps of each lane.
 * 2. Returns are discounted sums to the end of the episode; where the rollout or a time limit cuts it, the baseline's value stands in.
 * 3. The baseline is a network of its own, as in PPO's critic; without one nothing is subtracted and a cut counts 0.
 * 4. Advantages get mean 0 and deviation 1 over the rollout.
 * 5. The policy draws each choice by its own logits; masks take choices away.
 */
import * as tf from "@tensorflow/tfjs-core";
import { z } from "zod";
import type { Rng } from "../../kernel/index.ts";
import type { VectorBuffers } from "../lanes.ts";
import {
  type Adam,
  adam,
  Choices,
  exportWeights,
  meanPerAgent,
  meanSquaredError,
  mlp,
  orthogonal,
  restoreCheckpoint,
  type Saveables,
  type Sequential,
  takeCheckpoint,
} from "../nets/index.ts";
import { type NetworkPolicyData, networkPolicy, outputsFor, type Policy } from "../policy.ts";
import { discountedReturns } from "../returns.ts";
import { linear } from "../schedule.ts";
import { type Algorithm, agentStreams, type LearnerState, type Measures, type OnlineLearner, type Setting } from "./algorithm.ts";
import { rowOf, stack, stackFlat, standardized } from "./population.ts";
import { afterRollout, RolloutBuffer, type RolloutRows } from "./rollout-buffer.ts";

const schema = z.strictObject({
  lanes: z.int().min(1).default(8).describe("environments side by side"),
  rolloutSteps: z.int().min(1).default(128).describe("steps of each lane between two updates"),
  hidden: z.array(z.int().min(1)).default([64, 64]).describe("widths of the hidden layers, of policy and baseline alike"),
  learningRate: z.number().positive().default(5e-3),
  learningRateEnd: z.number().min(0).default(0).describe("reached on a straight line when the training is done"),
  gamma: z.number().min(0).max(1).default(0.99).describe("discount of a nominal step"),
  baseline: z.boolean().default(true),
});
export type ReinforceOptions = z.output<typeof schema>;

interface ReinforceState {
  readonly counters: { steps: number; row: number };
  readonly rollouts: readonly RolloutRows[];
}

class Reinforce implements OnlineLearner {
  readonly laneCount: number;
  readonly #setting: Setting;
  readonly #options: ReinforceOptions;
  readonly #actor: Sequential;
  readonly #baseline: Sequential | undefined;
  readonly #optimizer: Adam;
  readonly #actStreams: readonly Rng[];
  readonly #rollouts: readonly RolloutBuffer[];
  readonly #choiceCounts: readonly number[];
  #policyData: readonly NetworkPolicyData[] = [];
  #policies: readonly Policy[] = [];
  /** Steps of each lane so far, and those since the last update. */
  #counters = { steps: 0, row: 0 };

  constructor(setting: Setting, options: ReinforceOptions) {
    const { observationSpace, actionSpace } = setting.spec;
    const streams = agentStreams(setting);
    const body = { inputs: observationSpace.slots.length, hidden: options.hidden, activation: "tanh", init: orthogonal() } as const;
    this.#setting = setting;
    this.#options = options;
    this.laneCount = options.lanes;
    this.#actor = mlp({ ...body, outputs: outputsFor(actionSpace, "categorical"), outputInit: orthogonal(0.01) }, streams("actor"));
    this.#baseline = options.baseline ? mlp({ ...body, outputs: 1, outputInit: orthogonal(1) }, streams("baseline")) : undefined;
    const networks = this.#baseline === undefined ? [this.#actor] : [this.#actor, this.#baseline];
    this.#optimizer = adam(networks, { learningRate: options.learningRate });
    this.#actStreams = streams("act");
    this.#rollouts = setting.seeds.map(() => new RolloutBuffer(setting, { laneCount: options.lanes, stepCount: options.rolloutSteps }));
    this.#choiceCounts = actionSpace.slots.flatMap((slot) => (slot.kind === "choice" ? [slot.count] : []));
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
    this.#counters.steps++;
    this.#counters.row++;
    if (this.#counters.row < this.#options.rolloutSteps) return undefined;
    this.#counters.row = 0;
    const rows = this.#rollouts.map((rollout) => rollout.rows);
    const { rowCount } = this.#rollouts[0] as RolloutBuffer;
    const [observations, successors] = [
      stack(
        rows.map((own) => own.observations),
        rowCount,
      ),
      stack(
        rows.map((own) => own.successors),
        rowCount,
      ),
    ];
    const [values, nextValues] = tf.tidy(() => [this.#expected(observations), this.#expected(successors)]) as [tf.Tensor2D, tf.Tensor2D];
    const [valueRows, nextValueRows] = [(await values.data()) as Float32Array, (await nextValues.data()) as Float32Array];
    tf.dispose([successors, values, nextValues]);

    const returns = rows.map((own, agent) => {
      const out = new Float32Array(rowCount);
      const rollout = { ...own, laneCount: this.laneCount, nextValues: rowOf(nextValueRows, agent, rows.length) };
      discountedReturns(rollout, this.#options.gamma, out);
      return out;
    });
    const advantages = returns.map((own, agent) => own.map((value, i) => value - (valueRows[agent * rowCount + i] as number)));
    const { learningRate: from, learningRateEnd: to } = this.#options;
    this.#optimizer.learningRate = linear({ from, to })(done);
    const loss = tf.tidy(() => {
      const masks = this.#setting.spec.masked
        ? stack(
            rows.map((own) => own.masks),
            rowCount,
          )
        : undefined;
      const batch = {
        observations,
        masks,
        decisions: stack(
          rows.map((own) => own.decisions),
          rowCount,
        ),
      };
      return this.#improve(batch, standardized(stackFlat(advantages)), stackFlat(returns));
    });
    const measures = { loss: [...(await loss.data())] };
    tf.dispose([observations, loss]);
    await this.exportPolicies();
    return measures;
  }

  /** What the baseline expects, [agents, rows]. */
  #expected(observations: tf.Tensor3D): tf.Tensor2D {
    const { shape } = observations;
    return this.#baseline === undefined ? tf.zeros([shape[0], shape[1]]) : tf.squeeze(this.#baseline.forward(observations), [2]);
  }

  #improve(
    { observations, masks, decisions }: { observations: tf.Tensor3D; masks: tf.Tensor3D | undefined; decisions: tf.Tensor3D },
    advantages: tf.Tensor2D,
    returns: tf.Tensor2D,
  ): tf.Tensor1D {
    return this.#optimizer.minimize(() => {
      const policy = new Choices(this.#actor.forward(observations), this.#choiceCounts, masks);
      const gain = meanPerAgent(tf.mul(policy.logProbability(decisions), advantages));
      return this.#baseline === undefined ? tf.neg(gain) : tf.sub(meanSquaredError(this.#expected(observations), returns), gain);
    });
  }

  // ... Saving ...

  policyData(agent: number): NetworkPolicyData {
    return this.#policyData[agent] as NetworkPolicyData;
  }

  get #parts(): Saveables {
    return { actor: this.#actor, optimizer: this.#optimizer, ...(this.#baseline && { baseline: this.#baseline }) };
  }

  async save(): Promise<LearnerState> {
    const rest: ReinforceState = { counters: this.#counters, rollouts: this.#rollouts.map(({ rows }) => rows) };
    return { networks: await takeCheckpoint(this.#parts), rest: structuredClone(rest) };
  }

  async restore({ networks, rest }: LearnerState): Promise<void> {
    restoreCheckpoint(this.#parts, networks);
    const { counters, rollouts } = rest as ReinforceState;
    this.#counters = { ...counters };
    rollouts.forEach((rows, agent) => void this.#rollouts[agent]?.restore(rows));
    await this.exportPolicies();
  }

  dispose(): void {
    for (const part of Object.values(this.#parts)) tf.dispose(part.variables);
  }

  async exportPolicies(): Promise<void> {
    this.#policyData = (await exportWeights(this.#actor)).map((network) => ({ kind: "categorical", network }));
    this.#policies = this.#policyData.map((data) => networkPolicy(this.#setting.spec, data));
  }
}

export const reinforce: Algorithm<typeof schema> = {
  kind: "reinforce",
  doc: "REINFORCE with a baseline: choices, on-policy; the plainest policy gradient.",
  schema,
  check: ({ actionSpace }) => void outputsFor(actionSpace, "categorical"),
  firstUpdate: afterRollout,
  async create(setting, options) {
    const learner = new Reinforce(setting, options);
    await learner.exportPolicies();
    return learner;
  },
  policy: networkPolicy,
};
