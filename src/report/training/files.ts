/** What a training leaves in its folder, beside checkpoint, policies and events; a function of its result alone. */

import type { MeanInterval } from "../../experiment/summary.ts";
import { meanReturn, type TrainingOutput } from "../../experiment/training/output.ts";
import type { AgentPoint } from "../../learn/learning-curve.ts";
import { adaptive } from "../charts/frame.ts";
import { type LearningMark, learningCurve } from "../charts/learning-curve.ts";
import { curveToCsv, meanOf } from "./curve-csv.ts";
import { trainingToJson } from "./to-json.ts";

/** By name. The picture comes with the first evaluation. */
export function trainingFiles(output: TrainingOutput, interval: MeanInterval): Readonly<Record<string, string>> {
  const files = { "curve.csv": curveToCsv(output.curve, output.seeds), "training.json": trainingToJson(output) };
  return output.curve.length === 0 ? files : { ...files, "curve.svg": adaptive(curveToSvg(output, interval)) };
}

export function curveToSvg(
  { name, environment, algorithm, seeds, curve, evaluationSeeds, goal }: TrainingOutput,
  interval: MeanInterval,
): string {
  const count = evaluationSeeds.length;
  return learningCurve({
    title: `${name}: ${algorithm.kind} on ${environment}`,
    episodes: count === 1 ? "one episode" : `${count} episodes`,
    agents: seeds.map((seed, agent) => ({
      seed,
      marks: curve.map(({ steps, agents }): LearningMark => {
        const { stochastic, greedy, episodeCount, trainingReturn } = agents[agent] as AgentPoint;
        const training = episodeCount === 0 ? null : trainingReturn;
        return { steps, ...meanReturn(stochastic, interval), greedy: meanOf(greedy), training };
      }),
    })),
    goal,
  });
}
