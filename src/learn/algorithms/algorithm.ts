/**
 * What an algorithm is to those who train with it. Acting, learning and saving are three small sets of methods (Acme's cut), so
 * one loop, src/learn/train.ts, serves them all. Everything is for a population: P agents, each with lanes and streams of its own.
 *
 * Random numbers come from streams forked by agent and by number of the step or update, so that a learner that is restored needs
 * no position of any generator: equal counters, equal draws.
 */
import type { z } from "zod";
import { type Rng, rootRng } from "../../kernel/index.ts";
import type { AgentSpec } from "../env.ts";
import type { VectorBuffers } from "../lanes.ts";
import type { Checkpoint } from "../nets/index.ts";
import type { Policy } from "../policy.ts";
import type { Batch } from "../replay.ts";

/** What is learned, and by whom. */
export interface Setting {
  readonly spec: AgentSpec;
  /** Discount factors are per this time. */
  readonly stepS: number;
  /** One an agent: its first weights and all that it draws. */
  readonly seeds: readonly number[];
}

/** Numbers worth watching, one an agent, by name: losses, entropy. */
export type Measures = Readonly<Record<string, readonly number[]>>;

/** All that a learner needs to go on bit by bit: plain data and typed arrays, fit for `structuredClone`. */
export interface LearnerState {
  /** Networks and optimizers. */
  readonly networks: Checkpoint;
  /** Everything else: counters, replay, normaliser, a rollout under way. */
  readonly rest: unknown;
}

/** Learns from what is given to it. */
export interface Learner {
  /** An update, if it is time for one. @param fraction share of the training that is done, 0..1: what schedules go by */
  update(fraction: number): Promise<Measures | undefined>;
  /** The agent's policy as it is now: plain data that `Algorithm.policy` makes act. */
  policyData(agent: number): unknown;
  save(): Promise<LearnerState>;
  /** @throws {CheckpointError} if the state is of other networks. */
  restore(state: LearnerState): Promise<void>;
  /** Frees the memory of networks and optimizers. */
  dispose(): void;
}

/** Learns from what it does itself. */
export interface OnlineLearner extends Learner {
  /** Environments that each agent plays side by side. */
  readonly laneCount: number;
  /** Writes an action for each lane of the agent, exploring. */
  act(agent: number, lanes: VectorBuffers, fraction: number): void;
  /** Takes in what followed. `update` is asked once all agents have observed. */
  observe(agent: number, lanes: VectorBuffers): void;
}

interface Kind<Schema extends z.ZodType> {
  /** Kebab-case, equal to the file's name. */
  readonly kind: string;
  /** One line for lists. */
  readonly doc: string;
  /** Every hyperparameter with its default and what it means. */
  readonly schema: Schema;
  /** Can it learn there with these options? @throws {UnfitError} for an option that is to blame. @throws {RangeError} for the spaces */
  check(spec: AgentSpec, options: z.output<Schema>): void;
  /** Makes what `policyData` gave act. */
  policy(spec: AgentSpec, data: never): Policy;
}
/** When an algorithm's policy moves for the first time. */
export interface FirstUpdate {
  /** Of an agent, over all its lanes. */
  readonly steps: number;
  /** The options that make it so many: `8 lanes x 128 rolloutSteps`. */
  readonly because: string;
}
/** Every one has `lanes` among its options. */
export interface Algorithm<Schema extends z.ZodType = z.ZodType> extends Kind<Schema> {
  firstUpdate(options: z.output<Schema>): FirstUpdate;
  /** For what `check` has passed. */
  create(setting: Setting, options: z.output<Schema>): Promise<OnlineLearner>;
}
/** Learns from what others have done, and never acts in training. */
export interface OfflineAlgorithm<Schema extends z.ZodType = z.ZodType> extends Kind<Schema> {
  /** @param data transitions by agent, actions as the environment took them @throws {RangeError} if there are none, or they do not fit */
  create(setting: Setting, options: z.output<Schema>, data: readonly Batch[]): Promise<Learner>;
}

/** Streams of each agent, by name. An agent has the same ones alone and among others. */
export function agentStreams({ seeds }: Setting): (name: string) => readonly Rng[] {
  const roots = seeds.map((seed) => rootRng(seed).fork("learner"));
  return (name) => roots.map((root) => root.fork(name));
}
