/** Whether the algorithm of a training file can learn in its environment, and within its budget. */
import {
  ALGORITHMS,
  type Algorithm,
  algorithmOf,
  OFFLINE_ALGORITHMS,
  type OfflineAlgorithm,
  UnfitError,
} from "../../learn/algorithms/index.ts";
import type { Env } from "../../learn/env.ts";
import type { Findings } from "../findings.ts";
import type { TrainingShape } from "./schema.ts";

type AnyAlgorithm = Algorithm | OfflineAlgorithm;

/** Notes what keeps it from learning there. */
export function checkFit({ algorithm: { kind, ...options } }: TrainingShape, env: Env, findings: Findings): void {
  const offline = OFFLINE_ALGORITHMS.find((known) => known.kind === kind);
  const fault = faultOf(offline ?? algorithmOf(kind), env, options);
  if (fault === undefined) return;
  if (fault instanceof UnfitError) {
    findings.problem(["algorithm", fault.option], fault.text);
    return;
  }
  const alike: readonly AnyAlgorithm[] = offline === undefined ? ALGORITHMS : OFFLINE_ALGORITHMS;
  const others = alike.filter((other) => faultOf(other, env, other.schema.parse({})) === undefined);
  const hint = `These can with their defaults: ${others.map((other) => other.kind).join(", ")}.`;
  findings.problem(["algorithm", "kind"], `${kind} cannot learn in ${env.name}: ${fault.message}`, hint);
}

function faultOf({ check }: AnyAlgorithm, env: Env, options: unknown): RangeError | undefined {
  try {
    check(env, options);
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
  return undefined;
}

/**
 * Steps of each agent, in whole steps of all its lanes; updates, where it has no lanes. Notes where they end before anything is learned.
 * @param stepsEach steps of an episode, where the budget is in episodes
 */
export function stepBudgetOf(
  { algorithm: { kind, ...options }, updates, steps, episodes }: TrainingShape,
  stepsEach: number,
  findings: Findings,
): number {
  if (updates !== undefined) return updates;
  const said = steps ?? (episodes as number);
  const lanes = options.lanes as number;
  const budget = Math.ceil((said * stepsEach) / lanes) * lanes;
  const first = algorithmOf(kind).firstUpdate(options);
  if (budget < first.steps) {
    const least = `${Math.ceil(first.steps / stepsEach)}${episodes === undefined ? "" : ` of ${stepsEach} steps`}`;
    const reason = `${kind} learns for the first time after ${first.steps} steps (${first.because})`;
    const hint = "Raise it, or lower those of the algorithm.";
    findings.problem([episodes === undefined ? "steps" : "episodes"], `must be at least ${least}, got ${said}: ${reason}`, hint);
  }
  return budget;
}
