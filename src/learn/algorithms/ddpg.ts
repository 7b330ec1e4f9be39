/**
 * Deep deterministic policy gradient: an actor climbs the critic's estimate of its own action; the critic learns from old
 * transitions against slow copies of both.
 * @see Lillicrap et al. 2016, "Continuous control with deep reinforcement learning", algorithm 1.
 *
 * Implementation details
 * 1. Actions on the unit scale, [-1, 1] for low to high by each slot's own scale: the actor ends in tanh.
 * 2. Last layers begin within 0.003 (section 7 there); hidden ones by fan-in, or by `fanOut`, which much public code has.
 * 3. Actor and critic have Adams of their own, epsilon 1e-8; no weight decay (the paper has 0.01 on the critic).
 * 4. Targets stop at terminated transitions, never at truncated ones, and are discounted by elapsed time.
 * 5. The first actions are drawn evenly; an update follows every step of all lanes after that.
 * 6. Noise of each lane begins anew with each episode, its dt is explicit, and it decays by the fraction of training.
 * 7. The critic sees the action from its first layer on (the paper: from the second).
 * 8. Batch norm, if asked for, lies before the actor's every layer (as in FIRM's code: input and after each ReLU). It uses the batch in the
 *    actor's update, running values everywhere else.
 */
import * as tf from "@tensorflow/tfjs-core";
import { z } from "zod";
import type { Rng } from "../../kernel/index.ts";
import type { VectorBuffers } from "../lanes.ts";
import {
  type Adam,
  adam,
  batchNorm,
  dense,
  exportWeights,
  fanIn,
  fanOut,
  meanPerAgent,
  meanSquaredError,
  mlp,
  restoreCheckpoint,
  type Saveables,
  type Sequential,
  sequential,
  softUpdate,
  takeCheckpoint,
  uniform,
} from "../nets/index.ts";
import { type NetworkPolicyData, networkPolicy, outputsFor, type Policy } from "../policy.ts";
import type { ReplayState } from "../replay.ts";
import { type Algorithm, agentStreams, type LearnerState, type Measures, type OnlineLearner, type Setting } from "./algorithm.ts";
import { checkExploration, drawUnit, Exploration, explorationFields } from "./exploration.ts";
import { afterStart, bootstrapped, Memory, type Transitions, valuesOf } from "./memory.ts";
import { rowOf } from "./population.ts";

const schema = z.strictObject({
  lanes: z.int().min(1).default(1).describe("environments side by side"),
  hidden: z.array(z.int().min(1)).default([64, 64]).describe("widths of the hidden layers, of actor and critic alike"),
  init: z.enum(["fan-in", "fan-out"]).default("fan-in").describe("first weights of hidden layers"),
  batchNorm: z.boolean().default(false).describe("in the actor"),
  actorLearningRate: z.number().positive().default(1e-3),
  criticLearningRate: z.number().positive().default(1e-3),
  gamma: z.number().min(0).max(1).default(0.99).describe("discount of a nominal step"),
  tau: z.number().positive().max(1).default(0.005).describe("share by which targets follow at each update"),
  replayCapacity: z.int().min(1).default(100_000).describe("transitions"),
  batchSize: z.int().min(2).default(64),
  startSteps: z.int().min(1).default(1000).describe("steps of an agent that are drawn evenly, before the first update"),
  ...explorationFields,
  noise: explorationFields.noise.default("ornstein-uhlenbeck"),
  sigma: explorationFields.sigma.default(0.2),
});
export type DdpgOptions = z.output<typeof schema>;

interface DdpgState {
  readonly counters: { steps: number; updates: number };
  readonly memory: readonly ReplayState[];
  readonly exploration: ReturnType<Exploration["save"]>;
}

class Ddpg implements OnlineLearner {
  readonly laneCount: number;
  readonly #setting: Setting;
  readonly #options: DdpgOptions;
  readonly #actor: Sequential;
  readonly #critic: Sequential;
  readonly #targetActor: Sequential;
  readonly #targetCritic: Sequential;
  readonly #actorOptimizer: Adam;
  readonly #criticOptimizer: Adam;
  readonly #memory: Memory;
  readonly #exploration: Exploration;
  readonly #actStreams: readonly Rng[];
  #policyData: readonly NetworkPolicyData[] = [];
  #policies: readonly Policy[] = [];
  /** Steps of each lane, and updates, so far. */
  #counters = { steps: 0, updates: 0 };

  constructor(setting: Setting, options: DdpgOptions) {
    const { observationSpace, actionSpace } = setting.spec;
    const streams = agentStreams(setting);
    const [inputs, outputs] = [observationSpace.slots.length, outputsFor(actionSpace, "deterministic")];
    const { hidden, batchSize, gamma, replayCapacity: capacity, lanes: laneCount } = options;
    this.#setting = setting;
    this.#options = options;
    this.laneCount = laneCount;
    const init = options.init === "fan-in" ? fanIn : fanOut;
    const norm = options.batchNorm ? [batchNorm()] : [];
    const body = hidden.flatMap((units) => [dense(units, "relu", init), ...norm]);
    this.#actor = sequential(inputs, [...norm, ...body, dense(outputs, "tanh", uniform(0.003))], streams("actor"));
    const criticShape = { inputs: inputs + outputs, hidden, outputs: 1, activation: "relu", init, outputInit: uniform(0.003) } as const;
    this.#critic = mlp(criticShape, streams("critic"));
    this.#targetActor = this.#actor.clone();
    this.#targetCritic = this.#critic.clone();
    this.#actorOptimizer = adam([this.#actor], { learningRate: options.actorLearningRate });
    this.#criticOptimizer = adam([this.#critic], { learningRate: options.criticLearningRate });
    this.#memory = new Memory(setting, { capacity, batchSize, gamma, laneCount });
    this.#exploration = new Exploration(setting, laneCount, options);
    this.#actStreams = streams("act");
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
    const [criticLoss, actorLoss] = tf.tidy(() => {
      const transitions = this.#memory.sample(this.#counters.updates++);
      const losses = [this.#improveCritic(transitions), this.#improveActor(transitions)] as const;
      softUpdate(this.#targetActor, this.#actor, this.#options.tau);
      softUpdate(this.#targetCritic, this.#critic, this.#options.tau);
      return [...losses];
    }) as [tf.Tensor1D, tf.Tensor1D];
    await this.exportPolicies();
    const measures = { criticLoss: [...(await criticLoss.data())], actorLoss: [...(await actorLoss.data())] };
    tf.dispose([criticLoss, actorLoss]);
    return measures;
  }

  /** Towards r + gamma Q'(s', mu'(s')). */
  #improveCritic(transitions: Transitions): tf.Tensor1D {
    const { observations, decisions, successors } = transitions;
    const next = valuesOf(this.#targetCritic, successors, this.#targetActor.forward(successors));
    const targets = bootstrapped(transitions, next);
    return this.#criticOptimizer.minimize(() => meanSquaredError(valuesOf(this.#critic, observations, decisions), targets));
  }

  /** Up the critic's value of the actor's own decisions. */
  #improveActor({ observations }: Transitions): tf.Tensor1D {
    return this.#actorOptimizer.minimize(() =>
      tf.neg(meanPerAgent(valuesOf(this.#critic, observations, this.#actor.forward(observations, "train")))),
    );
  }

  // ... Saving ...

  policyData(agent: number): NetworkPolicyData {
    return this.#policyData[agent] as NetworkPolicyData;
  }

  get #parts(): Saveables {
    return {
      actor: this.#actor,
      critic: this.#critic,
      targetActor: this.#targetActor,
      targetCritic: this.#targetCritic,
      actorOptimizer: this.#actorOptimizer,
      criticOptimizer: this.#criticOptimizer,
    };
  }

  async save(): Promise<LearnerState> {
    const rest: DdpgState = { counters: { ...this.#counters }, memory: this.#memory.save(), exploration: this.#exploration.save() };
    return { networks: await takeCheckpoint(this.#parts), rest };
  }

  async restore({ networks, rest }: LearnerState): Promise<void> {
    restoreCheckpoint(this.#parts, networks);
    const { counters, memory, exploration } = rest as DdpgState;
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

export const ddpg: Algorithm<typeof schema> = {
  kind: "ddpg",
  doc: "Deep deterministic policy gradient: reals, off-policy; what the papers' resource managers use.",
  schema,
  check({ actionSpace }, options) {
    outputsFor(actionSpace, "deterministic");
    checkExploration(options);
  },
  firstUpdate: afterStart,
  async create(setting, options) {
    const learner = new Ddpg(setting, options);
    await learner.exportPolicies();
    return learner;
  },
  policy: networkPolicy,
};
