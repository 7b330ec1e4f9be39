/** A training as a command runs it: in stretches between which it can be stored, on the backend that its file names. */
import { isDeepStrictEqual } from "node:util";
import { algorithmOf, OFFLINE_ALGORITHMS } from "../../learn/algorithms/index.ts";
import { type Backend, openBackend } from "../../learn/backends/index.ts";
import type { Env } from "../../learn/env.ts";
import type { CurvePoint } from "../../learn/learning-curve.ts";
import { type PolicyAbout, packPolicy, spacesOf } from "../../learn/policy-file.ts";
import { Training, type TrainingSpec } from "../../learn/train.ts";
import { packTraining, unpackTraining } from "../../learn/training-file.ts";
import { envOf } from "../../scenario/env-source.ts";
import type { LoadedTraining } from "../../scenario/training/load.ts";
import { openLanes } from "../env-source.ts";
import type { MeanInterval } from "../summary.ts";
import { type PlayedPart, playData } from "./data.ts";
import { meanReturn, type TrainedAgent, type TrainingOutput, trainedAgent, winnerOf } from "./output.ts";

/** Others get their turn this often. */
const BREATH_MS = 50;
/** A stretch lasts no longer, so that a kill costs no more. */
const STRETCH_MS = 60_000;

export interface SessionOptions {
  /** `checkpoint` of an earlier session. */
  readonly stored?: Uint8Array | undefined;
  /** Threads that play the lanes; with 0 they are played in this one. No number changes a result. */
  readonly workers: number;
}

export interface StretchHooks {
  readonly signal: AbortSignal;
  /** Share of the budget, 0..1. */
  onProgress(fraction: number): void;
}

/** - `ended`: budget used up, or goal reached. - `stretched`: there is something new to store. */
export type StretchEnd = "ended" | "stretched" | "interrupted";

/** What a policy's manifest says beside what the session knows. */
export type PolicyOrigin = Pick<PolicyAbout, "command" | "cybertwin" | "worldVersion">;

interface Parts {
  readonly loaded: LoadedTraining;
  readonly spec: TrainingSpec;
  readonly data: readonly PlayedPart[];
  readonly training: Training;
  readonly backend: Backend;
}

export class TrainingSession {
  readonly #loaded: LoadedTraining;
  readonly #spec: TrainingSpec;
  readonly #data: readonly PlayedPart[];
  readonly #training: Training;
  readonly #backend: Backend;
  readonly #env: Env;

  private constructor({ loaded, spec, data, training, backend }: Parts) {
    this.#loaded = loaded;
    this.#spec = spec;
    this.#data = data;
    this.#training = training;
    this.#backend = backend;
    this.#env = spec.makeEnv();
  }

  /**
   * @throws {BackendError} if the backend is not there.
   * @throws {CheckpointError} if what was stored is damaged or of another training.
   */
  static async open(loaded: LoadedTraining, { stored, workers }: SessionOptions): Promise<TrainingSession> {
    const { spec, data } = specOf(loaded, workers);
    const backend = await openBackend(loaded.backend);
    try {
      const training = stored === undefined ? await Training.begin(spec) : await Training.resume(spec, unpackTraining(spec, stored));
      return new TrainingSession({ loaded, spec, data, training, backend });
    } catch (error) {
      backend.close();
      throw error;
    }
  }

  /** What computes, in words. */
  get device(): string {
    return this.#backend.device;
  }

  get steps(): number {
    return this.#training.steps;
  }

  get curve(): readonly CurvePoint[] {
    return this.#training.curve;
  }

  get environment(): string {
    return this.#env.name;
  }

  /** The agent whose best policy is best so far. */
  get winner(): number {
    return winnerOf(this.#training.best);
  }

  get hasEnded(): boolean {
    return this.#training.isDone || this.#hasReachedGoal;
  }

  get #hasReachedGoal(): boolean {
    const { stopReward } = this.#loaded;
    return stopReward !== undefined && this.#training.best.every((best) => best !== undefined && best.meanReturn >= stopReward);
  }

  /** Trains until the next evaluation, for a minute at most. @throws {EnvError} for what the environment or the policy does wrong. @throws {DivergedError} */
  async stretch({ signal, onProgress }: StretchHooks): Promise<StretchEnd> {
    const training = this.#training;
    if (this.hasEnded) return "ended";
    let breathedMs = performance.now();
    const untilMs = breathedMs + STRETCH_MS;
    const breathe = (): Promise<"stop" | undefined> | undefined => {
      const nowMs = performance.now();
      if (nowMs - breathedMs < BREATH_MS) return undefined;
      breathedMs = nowMs;
      onProgress(training.steps / this.#loaded.stepBudget);
      return new Promise((resolve) => setImmediate(() => resolve(signal.aborted || nowMs > untilMs ? "stop" : undefined)));
    };
    await training.run(({ evaluations }) => (evaluations === undefined ? undefined : "stop"), undefined, breathe);
    if (this.hasEnded) return "ended";
    return signal.aborted ? "interrupted" : "stretched";
  }

  /** All that it takes to go on bit by bit. */
  async checkpoint(): Promise<Uint8Array> {
    return packTraining(this.#spec, await this.#training.save());
  }

  output(about: Pick<TrainingOutput, "version" | "name">, interval: MeanInterval): TrainingOutput {
    const { algorithm, seeds, countedIn, stepBudget, evaluation, sha256, stopReward, backend } = this.#loaded;
    return {
      ...about,
      sha256,
      environment: this.environment,
      algorithm: { ...algorithm, changed: changedOptions(this.#spec.algorithm, algorithm.options) },
      data: this.#data.map(({ returns, ...part }) => ({ ...part, return: meanReturn(returns, interval) })),
      seeds,
      countedIn,
      stepBudget,
      steps: this.steps,
      ended: this.#hasReachedGoal ? "goal" : this.#training.isDone ? "budget" : "interrupted",
      goal: stopReward,
      evaluationEvery: evaluation.everySteps,
      evaluationSeeds: evaluation.seeds,
      backend,
      agents: seeds.map((_, agent) => this.#trained(agent, interval)),
      curve: this.curve,
    };
  }

  #trained(agent: number, interval: MeanInterval): TrainedAgent {
    return trainedAgent(this.#loaded.seeds[agent] as number, agent, {
      curve: this.curve,
      bestSteps: this.#training.best[agent]?.steps,
      interval,
    });
  }

  /** The best policy of an agent so far, packed; undefined before the first evaluation. */
  bestPolicy(agent: number, origin: PolicyOrigin): ReturnType<typeof packPolicy> | undefined {
    const best = this.#training.best[agent];
    return best === undefined ? undefined : packPolicy(this.#about(agent, best, origin), best.policy);
  }

  /** The policy of an agent as it is now. */
  lastPolicy(agent: number, origin: PolicyOrigin): ReturnType<typeof packPolicy> {
    const point = this.curve.at(-1);
    const { stochastic } = (point?.steps === this.steps ? point.agents[agent] : undefined) ?? { stochastic: [] };
    const meanReturn = stochastic.length === 0 ? null : stochastic.reduce((sum, value) => sum + value, 0) / stochastic.length;
    return packPolicy(this.#about(agent, { steps: this.steps, meanReturn }, origin), this.#training.learner.policyData(agent));
  }

  #about(agent: number, { steps, meanReturn }: Pick<PolicyAbout, "steps" | "meanReturn">, origin: PolicyOrigin): PolicyAbout {
    const { algorithm, seeds, evaluation, data } = this.#loaded;
    const taught = data.map(({ taughtBy }) => taughtBy);
    const learnedFrom = [...data.map((part) => part.seeds), ...taught.map(({ trainingSeeds }) => trainingSeeds)];
    return {
      algorithm: { kind: algorithm.kind, options: { ...algorithm.options } },
      environment: this.environment,
      ...spacesOf(this.#env),
      trainingSeeds: once([seeds[agent] as number, ...learnedFrom.flat()]),
      tuningSeeds: once([...evaluation.seeds, ...taught.flatMap(({ tuningSeeds }) => tuningSeeds)]),
      steps,
      meanReturn,
      ...origin,
    };
  }

  /** Gives back the memory, the threads and the device. */
  async close(): Promise<void> {
    await this.#training.dispose();
    this.#backend.close();
  }
}

const once = (seeds: readonly number[]): number[] => [...new Set(seeds)];

/** Names of the options that are not what the algorithm has by default. */
function changedOptions({ schema }: TrainingSpec["algorithm"], options: LoadedTraining["algorithm"]["options"]): readonly string[] {
  const defaults = schema.parse({}) as typeof options;
  return Object.keys(options).filter((name) => !isDeepStrictEqual(options[name], defaults[name]));
}

/** What is to be trained, and what was played for it. @throws {EnvError} where the data cannot be played */
function specOf(
  { source, algorithm: { kind, options }, data, seeds, stepBudget, evaluation }: LoadedTraining,
  workers: number,
): Pick<Parts, "spec" | "data"> {
  const common = { options, makeEnv: () => envOf(source), seeds, stepBudget, evaluation };
  const offline = OFFLINE_ALGORITHMS.find((algorithm) => algorithm.kind === kind);
  if (offline !== undefined) {
    const { transitions, parts } = playData(data);
    return { spec: { ...common, algorithm: offline, data: seeds.map(() => transitions) }, data: parts };
  }
  const spec = { ...common, algorithm: algorithmOf(kind), openLanes: (laneCount: number) => openLanes({ source, laneCount, workers }) };
  return { spec, data: [] };
}
