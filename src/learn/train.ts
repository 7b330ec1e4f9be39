/**
 * The loop that trains with any algorithm: every agent of a population in lanes of its own, step by step, until the budget is
 * used up or the caller has seen enough. Without an environment to act in, a step is an update. No clock and no files: who calls has those.
 */
import type { Algorithm, Learner, LearnerState, Measures, OfflineAlgorithm, OnlineLearner, Setting } from "./algorithms/algorithm.ts";
import type { Env } from "./env.ts";
import { within } from "./env-error.ts";
import { type Evaluation, returns } from "./evaluate.ts";
import { type LanePlayer, LocalLanes } from "./lanes.ts";
import { type CurvePoint, type CurveState, LearningCurve } from "./learning-curve.ts";
import type { Batch } from "./replay.ts";
import { type Episode, VectorEnv, type VectorState } from "./vector-env.ts";

interface AnySpec {
  /** Hyperparameters that differ from the algorithm's defaults. @see Algorithm.schema */
  readonly options?: object;
  /** Makes guarded environments, all alike. Offline they serve to evaluate. */
  readonly makeEnv: () => Env;
  /** One an agent. Agents are independent: each trains as it would alone. */
  readonly seeds: readonly number[];
  /** Steps of the environment for each agent, over all of its lanes; offline, updates. Schedules end here. */
  readonly stepBudget: number;
  /** Looks at the policies from time to time and at the end, and keeps the best. */
  readonly evaluation?: {
    /** Steps of each agent between two evaluations. */
    readonly everySteps: number;
    /** Of the episodes; none of them are trained on, they are drawn apart. */
    readonly seeds: readonly number[];
  };
}
export interface OnlineSpec extends AnySpec {
  readonly algorithm: Algorithm;
  /** Who plays the lanes of all agents, in environments like those of `makeEnv`; by default this thread. Changes no result. */
  readonly openLanes?: (laneCount: number) => LanePlayer;
}
export interface OfflineSpec extends AnySpec {
  readonly algorithm: OfflineAlgorithm;
  /** Transitions by agent, actions as the environment took them. */
  readonly data: readonly Batch[];
}
export type TrainingSpec = OnlineSpec | OfflineSpec;

/** A policy that an evaluation found best so far. */
export interface Best {
  readonly steps: number;
  /** Mean return of the stochastic policy. */
  readonly meanReturn: number;
  readonly policy: unknown;
}

/** What the caller is told after each update, and after each evaluation. */
export interface Progress {
  /** Steps of each agent so far. */
  readonly steps: number;
  readonly stepBudget: number;
  readonly measures: Measures | undefined;
  /** Episodes that ended since the last report: their agent, return and length. */
  readonly episodes: readonly FinishedEpisode[];
  /** One an agent, when one was due. */
  readonly evaluations: readonly Evaluation[] | undefined;
}
export interface FinishedEpisode {
  readonly agent: number;
  readonly return: number;
  readonly stepCount: number;
}

/** Plain data and typed arrays: training goes on from it bit by bit. */
export interface TrainingState {
  readonly steps: number;
  readonly learner: LearnerState;
  readonly lanes: readonly VectorState[];
  readonly best: readonly (Best | undefined)[];
  readonly curve: CurveState;
  /** Of an evaluation under way, the returns so far. */
  readonly underWay: readonly Evaluation[] | undefined;
}

/**
 * Asked after every step, and between the episodes of an evaluation: what it returns is awaited, so that others get their turn.
 * "stop" ends the run after the step, or after the episode: the next run goes on with the evaluation.
 */
export type Breathe = () => Promise<"stop" | undefined> | undefined;

/** The returns of an evaluation under way. */
type Found = { readonly [Mode in keyof Evaluation]: number[] };

export class Training {
  readonly learner: Learner;
  /** The same, if it acts. */
  readonly #online: OnlineLearner | undefined;
  readonly #spec: TrainingSpec;
  readonly #setting: Setting;
  /** Lanes of all agents. */
  readonly #vector: VectorEnv | undefined;
  readonly #curve: LearningCurve;
  #episodes: FinishedEpisode[] = [];
  #best: (Best | undefined)[];
  #steps = 0;
  #underWay: readonly Found[] | undefined;

  private constructor(spec: TrainingSpec, setting: Setting, { learner, online }: { learner: Learner; online?: OnlineLearner }) {
    this.#spec = spec;
    this.#setting = setting;
    this.learner = learner;
    this.#online = online;
    this.#best = spec.seeds.map(() => undefined);
    this.#curve = new LearningCurve(spec.seeds.length);
    this.#vector = online === undefined ? undefined : this.#openVector(online.laneCount * spec.seeds.length);
  }

  #openVector(laneCount: number): VectorEnv {
    const { openLanes, makeEnv, seeds } = this.#spec as OnlineSpec;
    const player = openLanes === undefined ? new LocalLanes(Array.from({ length: laneCount }, makeEnv)) : openLanes(laneCount);
    const onEpisode = ({ agent, return: sum, stepCount }: Episode): void => {
      this.#episodes.push({ agent, return: sum, stepCount });
      this.#curve.addReturn(agent, sum);
    };
    return new VectorEnv(player, { agentCount: seeds.length, onEpisode });
  }

  /** @throws {ZodError} for options that the algorithm does not have. @throws {RangeError} if it cannot act in these spaces. */
  static async begin(spec: TrainingSpec): Promise<Training> {
    const training = await Training.#create(spec);
    await training.#vector?.reset(...spec.seeds);
    return training;
  }

  static async #create(spec: TrainingSpec): Promise<Training> {
    const env = spec.makeEnv();
    const setting = { spec: env, stepS: env.stepS, seeds: spec.seeds };
    const options = spec.algorithm.schema.parse(spec.options ?? {});
    spec.algorithm.check(env, options);
    if ("data" in spec) return new Training(spec, setting, { learner: await spec.algorithm.create(setting, options, spec.data) });
    const online = await spec.algorithm.create(setting, options);
    return new Training(spec, setting, { learner: online, online });
  }

  /** Goes on where `save` left off, of a training with the same spec. */
  static async resume(spec: TrainingSpec, { steps, learner, lanes, best, curve, underWay }: TrainingState): Promise<Training> {
    const training = await Training.#create(spec);
    await training.learner.restore(learner);
    training.#steps = steps;
    training.#best = [...best];
    training.#curve.restore(curve);
    training.#underWay = underWay?.map(({ stochastic, greedy }) => ({ stochastic: [...stochastic], greedy: [...greedy] }));
    await training.#vector?.restore(lanes);
    return training;
  }

  /** Steps of each agent so far. */
  get steps(): number {
    return this.#steps;
  }

  /** The best policy of each agent so far; none before the first evaluation. */
  get best(): readonly (Best | undefined)[] {
    return this.#best;
  }

  /** A point for each evaluation so far. */
  get curve(): readonly CurvePoint[] {
    return this.#curve.points;
  }

  /** The budget is used up, and what came of it evaluated. */
  get isDone(): boolean {
    return this.#isTrained && this.#underWay === undefined;
  }

  get #isTrained(): boolean {
    return this.#steps >= this.#spec.stepBudget;
  }

  /**
   * Trains until the budget, or `untilSteps` of it, is used up.
   * @param onProgress says "stop" to end early
   * @throws {DivergedError} when losses are not finite any more
   */
  async run(
    onProgress: (progress: Progress) => "stop" | undefined = () => undefined,
    untilSteps = this.#spec.stepBudget,
    breathe: Breathe = () => undefined,
  ): Promise<void> {
    const { stepBudget } = this.#spec;
    while (!this.isDone && (this.#underWay !== undefined || this.#steps < untilSteps)) {
      const measures = this.#underWay === undefined ? await this.#step() : undefined;
      const evaluations = this.#underWay === undefined ? undefined : await this.#evaluate(this.#underWay, breathe);
      let answer: "stop" | undefined;
      if (measures !== undefined || evaluations !== undefined) {
        const episodes = this.#episodes;
        this.#episodes = [];
        answer = onProgress({ steps: this.#steps, stepBudget, measures, episodes, evaluations });
      }
      if (this.#underWay !== undefined) return;
      const rest = breathe();
      if (answer === "stop" || (rest !== undefined && (await rest) === "stop")) return;
    }
  }

  get #stepsEach(): number {
    return this.#online?.laneCount ?? 1;
  }

  /** Every lane of every agent once. */
  async #step(): Promise<Measures | undefined> {
    const { stepBudget, evaluation, seeds } = this.#spec;
    const before = this.#steps;
    const fraction = before / stepBudget;
    const vector = this.#vector;
    if (vector !== undefined) {
      vector.agents.forEach((lanes, agent) => void this.#online?.act(agent, lanes, fraction));
      const late = vector.step();
      if (late !== undefined) await late;
      vector.agents.forEach((lanes, agent) => void this.#online?.observe(agent, lanes));
    }
    this.#steps += this.#stepsEach;
    const measures = await this.learner.update(fraction);
    if (measures !== undefined) this.#curve.addMeasures(measures, this.#steps);
    if (evaluation !== undefined && (this.#isTrained || crosses(evaluation.everySteps, before, this.#steps)))
      this.#underWay = seeds.map(() => ({ stochastic: [], greedy: [] }));
    return measures;
  }

  /** Goes on with the evaluation under way until it is whole; undefined if somebody says "stop" before. */
  async #evaluate(underWay: readonly Found[], breathe: Breathe): Promise<readonly Evaluation[] | undefined> {
    const { evaluation, makeEnv, algorithm } = this.#spec;
    const { seeds } = evaluation as NonNullable<typeof evaluation>;
    const env = makeEnv();
    for (const [agent, found] of underWay.entries()) {
      const policy = algorithm.policy(this.#setting.spec, this.learner.policyData(agent) as never);
      for (const mode of ["stochastic", "greedy"] as const) {
        for (const seed of seeds.slice(found[mode].length)) {
          const played = within(
            () => `seed ${this.#spec.seeds[agent]}`,
            () => returns(policy, env, [seed], mode),
          );
          found[mode].push(...played);
          if ((await breathe()) === "stop") return undefined;
        }
      }
    }
    this.#underWay = undefined;
    for (const [agent, found] of underWay.entries()) this.#keepIfBest(agent, found);
    this.#curve.addPoint(this.#steps, underWay);
    return underWay;
  }

  #keepIfBest(agent: number, { stochastic }: Evaluation): void {
    const meanReturn = stochastic.reduce((sum, value) => sum + value, 0) / stochastic.length;
    if (meanReturn <= (this.#best[agent]?.meanReturn ?? Number.NEGATIVE_INFINITY)) return;
    this.#best[agent] = { steps: this.#steps, meanReturn, policy: structuredClone(this.learner.policyData(agent)) };
  }

  async save(): Promise<TrainingState> {
    return structuredClone({
      steps: this.#steps,
      learner: await this.learner.save(),
      lanes: this.#vector?.save() ?? [],
      best: this.#best,
      curve: this.#curve.save(),
      underWay: this.#underWay,
    });
  }

  /** Frees the memory of networks at once, then ends what plays the lanes. */
  async dispose(): Promise<void> {
    this.learner.dispose();
    await this.#vector?.close();
  }
}

/** A multiple of `period` lies in (before, after]. */
function crosses(period: number, before: number, after: number): boolean {
  return Math.floor(after / period) > Math.floor(before / period);
}
