/** A training for the terminal: how good each agent's best and last policies are. */
import type { EvaluatedPolicy, MeanReturn, TrainingData, TrainingOutput } from "../../experiment/training/output.ts";
import { aligned } from "../aligned.ts";
import { digitsText, grouped, intervalText, NBSP } from "../format.ts";

const ENDS: Readonly<Record<TrainingOutput["ended"], string>> = { budget: "", goal: ", goal reached", interrupted: ", interrupted" };
export const headOf = ({ countedIn }: TrainingOutput): readonly string[] => [
  "seed",
  "policy",
  countedIn,
  "mean return",
  "95 % interval",
  "greedy",
  "95 % interval",
];
/** What the numbers of an evaluation are worth. */
export const FLATTERED = "by which the best was chosen: judge it by others, with cybertwin evaluate.";

export function episodesText({ length }: readonly number[]): string {
  return length === 1 ? "one episode" : `${length} episodes`;
}

export function trainingToTable(output: TrainingOutput): string {
  const { name, environment, algorithm, steps, stepBudget, countedIn, ended, evaluationSeeds, agents, version } = output;
  const progress = `${grouped(steps)} of ${grouped(stepBudget)} ${countedIn}${ENDS[ended]}`;
  const title = [name, environment, algorithm.kind, progress, `cybertwin ${version}`].join(" | ");
  const rows = agents.flatMap(({ seed, best, last }) => [...rowOf(seed, "best", best), ...rowOf(seed, "last", last)]);
  const data = output.data.map((part) => `learned from ${dataText(part)}`);
  const lines =
    rows.length === 0
      ? [title, ...data, "", "No policy has been evaluated yet."]
      : [title, ...data, "", ...aligned(headOf(output), rows), "", `Over ${episodesText(evaluationSeeds)} ${FLATTERED}`];
  return `${lines.join("\n").replaceAll(NBSP, " ")}\n`;
}

/** "hpa, 50 episodes of 24,000 transitions, mean return 0.71 [0.7 to 0.72]" */
export function dataText({ policy, seeds, transitionCount, return: found }: TrainingData): string {
  const [mean, interval] = returnText(found);
  return `${policy}, ${episodesText(seeds)} of ${grouped(transitionCount)} transitions, mean return ${mean}${interval === "" ? "" : ` ${interval}`}`;
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
