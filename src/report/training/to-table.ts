/** A training for the terminal: how good each agent's best and last policies are. */
import type { EvaluatedPolicy, MeanReturn, TrainingOutput } from "../../experiment/training/output.ts";
import { aligned } from "../aligned.ts";
import { digitsText, grouped, intervalText, NBSP } from "../format.ts";

const ENDS: Readonly<Record<TrainingOutput["ended"], string>> = { budget: "", goal: ", goal reached", interrupted: ", interrupted" };
export const HEAD = ["seed", "policy", "steps", "mean return", "95 % interval", "greedy", "95 % interval"];
/** What the numbers of an evaluation are worth. */
export const FLATTERED = "by which the best was chosen: judge it by others, with cybertwin evaluate.";

export function episodesText({ length }: readonly number[]): string {
  return length === 1 ? "one episode" : `${length} episodes`;
}

export function trainingToTable(output: TrainingOutput): string {
  const { name, environment, algorithm, steps, stepBudget, ended, evaluationSeeds, agents, version } = output;
  const progress = `${grouped(steps)} of ${grouped(stepBudget)} steps${ENDS[ended]}`;
  const title = [name, environment, algorithm.kind, progress, `cybertwin ${version}`].join(" | ");
  const rows = agents.flatMap(({ seed, best, last }) => [...rowOf(seed, "best", best), ...rowOf(seed, "last", last)]);
  const lines =
    rows.length === 0
      ? [title, "", "No policy has been evaluated yet."]
      : [title, "", ...aligned(HEAD, rows), "", `Over ${episodesText(evaluationSeeds)} ${FLATTERED}`];
  return `${lines.join("\n").replaceAll(NBSP, " ")}\n`;
}

/** None before the first evaluation. */
export function rowOf(seed: number, which: string, policy: EvaluatedPolicy | undefined): readonly (readonly string[])[] {
  if (policy === undefined) return [];
  const { steps, stochastic, greedy } = policy;
  return [[`${seed}`, which, grouped(steps), ...returnText(stochastic), ...returnText(greedy)]];
}

function returnText({ mean, low, high }: MeanReturn): readonly [string, string] {
  const interval = intervalText(low, high, "1");
  return [digitsText(mean, 4), interval === null ? "" : `[${interval}]`];
}
