/** The pictures of a training: how good its policies became, and what its algorithm measured meanwhile. */
import type { MeanInterval } from "../../experiment/summary.ts";
import { meanReturn, type TrainingOutput } from "../../experiment/training/output.ts";
import type { AgentPoint } from "../../learn/learning-curve.ts";
import { type LearningMark, learningCurve } from "../charts/learning-curve.ts";
import { type LinePanel, linePanels, type PanelLine } from "../charts/line-panels.ts";
import type { Picture } from "../html/pictures.ts";
import { meanOf, measureNames, snakeCase } from "./curve-csv.ts";
import { episodesText } from "./to-table.ts";

/** @param output with at least one evaluation */
export function learningCurvePicture(output: TrainingOutput, interval: MeanInterval): Picture {
  const { name, environment, algorithm, seeds, curve, evaluationSeeds, goal, data, countedIn } = output;
  const dataCount = data.reduce((sum, part) => sum + part.seeds.length, 0);
  const chart = {
    title: `${name}: ${algorithm.kind} on ${environment}`,
    episodes: episodesText(evaluationSeeds),
    agents: seeds.map((seed, agent) => ({
      seed,
      marks: curve.map(({ steps, agents }): LearningMark => {
        const { stochastic, greedy, episodeCount, trainingReturn } = agents[agent] as AgentPoint;
        const training = episodeCount === 0 ? null : trainingReturn;
        return { steps, ...meanReturn(stochastic, interval), greedy: meanOf(greedy), training };
      }),
    })),
    goal,
    data: dataCount === 0 ? undefined : data.reduce((sum, part) => sum + part.return.mean * part.seeds.length, 0) / dataCount,
    countedIn,
  };
  return {
    id: "learning-curve",
    title: "Return of the policies",
    caption: `Each point is an evaluation: ${chart.episodes}, by seeds that no training uses, without learning.${dataCount === 0 ? "" : " The data are episodes of other seeds."}`,
    draw: (size, id) => learningCurve(chart, { id, size }),
  };
}

/** A panel for each measure; undefined where the algorithm measured nothing. */
export function measuresPicture({ name, seeds, curve, countedIn }: TrainingOutput): Picture | undefined {
  const panels = measureNames(curve).map((measure): LinePanel => {
    const each = seeds.map((_, agent): PanelLine["points"] =>
      curve.flatMap(({ steps, agents }) => {
        const value = agents[agent]?.measures[measure];
        return value === undefined ? [] : [{ x: steps, y: value }];
      }),
    );
    const lines = seeds.length === 1 ? [{ series: 0, points: each[0] ?? [] }] : [...each.map((points) => ({ points })), meanLine(each)];
    return { xLabel: countedIn, yLabel: snakeCase(measure), lines };
  });
  if (panels.length === 0) return undefined;
  const chart = {
    title: `${name}: what the algorithm measured`,
    description: `Over the ${countedIn} of the training: ${panels.map(({ yLabel }) => yLabel).join(", ")}.`,
    series: seeds.length === 1 ? [] : ["mean of the seeds"],
    notes: seeds.length === 1 ? [] : [{ label: `each of ${seeds.length} seeds`, mark: "line" } as const],
    panels,
  };
  return {
    id: "measures",
    title: "Measures of the algorithm",
    caption: "Means over the updates since the evaluation before.",
    draw: (size, id) => linePanels({ ...chart, id }, size),
  };
}

/** At the steps at which every agent has a value. */
function meanLine(each: readonly PanelLine["points"][]): PanelLine {
  const byStep = new Map<number, number[]>();
  for (const { x, y } of each.flat()) byStep.set(x, [...(byStep.get(x) ?? []), y]);
  return { series: 0, points: [...byStep].flatMap(([x, ys]) => (ys.length === each.length ? [{ x, y: meanOf(ys) }] : [])) };
}
