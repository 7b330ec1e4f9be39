/** What came of a training: numbers for tables, charts and files. */
import type { AgentPoint, CurvePoint } from "../../learn/learning-curve.ts";
import { type Interval, LEVEL, type MeanInterval } from "../summary.ts";

export interface TrainingOutput {
  readonly version: string;
  /** Of the training file, without folder and ending. */
  readonly name: string;
  readonly sha256: string;
  readonly environment: string;
  readonly algorithm: {
    readonly kind: string;
    readonly options: Readonly<Record<string, unknown>>;
    /** Names of the options that differ from the algorithm's defaults. */
    readonly changed: readonly string[];
  };
  /** What was learned from; empty where the algorithm acted itself. */
  readonly data: readonly TrainingData[];
  readonly seeds: readonly number[];
  /** What steps are: of the environment, or of the learning. */
  readonly countedIn: "steps" | "updates";
  /** Of each agent. */
  readonly stepBudget: number;
  readonly steps: number;
  readonly ended: "budget" | "goal" | "interrupted";
  /** Mean return at which the training was to end. */
  readonly goal: number | undefined;
  /** Steps between two evaluations. */
  readonly evaluationEvery: number;
  readonly evaluationSeeds: readonly number[];
  /** What trained the networks. */
  readonly backend: string;
  /** In the order of `seeds`. */
  readonly agents: readonly TrainedAgent[];
  readonly curve: readonly CurvePoint[];
}

/** The episodes of a policy, one a seed. */
export interface TrainingData {
  readonly policy: string;
  readonly seeds: readonly number[];
  readonly transitionCount: number;
  readonly return: MeanReturn;
}

export interface TrainedAgent {
  readonly seed: number;
  /** Undefined before the first evaluation. */
  readonly best: EvaluatedPolicy | undefined;
  readonly last: EvaluatedPolicy | undefined;
}

/** A policy as it was after so many steps. */
export interface EvaluatedPolicy {
  readonly steps: number;
  /** Of the policy that draws its actions. */
  readonly stochastic: MeanReturn;
  /** Of the policy that takes the likeliest. */
  readonly greedy: MeanReturn;
}

/** Over the evaluation's episodes, with a 95 % interval; without one where there is one episode. */
export interface MeanReturn {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
}

interface Found {
  readonly curve: readonly CurvePoint[];
  readonly bestSteps: number | undefined;
  readonly interval: MeanInterval;
}

export function trainedAgent(seed: number, agent: number, { curve, bestSteps, interval }: Found): TrainedAgent {
  const evaluated = (point: CurvePoint | undefined): EvaluatedPolicy | undefined => {
    if (point === undefined) return undefined;
    const { stochastic, greedy } = point.agents[agent] as AgentPoint;
    return { steps: point.steps, stochastic: meanReturn(stochastic, interval), greedy: meanReturn(greedy, interval) };
  };
  return { seed, best: evaluated(curve.find(({ steps }) => steps === bestSteps)), last: evaluated(curve.at(-1)) };
}

export function meanReturn(returns: readonly number[], interval: MeanInterval): MeanReturn {
  const [only] = returns;
  if (returns.length < 2) return { mean: only as number, low: null, high: null };
  const { mean, low, high }: Interval = interval(returns, LEVEL);
  return { mean, low, high };
}

/** Index of the agent whose best policy has the highest mean return, the first of equals; 0 before the first evaluation. */
export function winnerOf(best: readonly ({ readonly meanReturn: number } | undefined)[]): number {
  const means = best.map((each) => each?.meanReturn ?? Number.NEGATIVE_INFINITY);
  return means.indexOf(Math.max(...means));
}
