/** What a training leaves in its folder, beside checkpoint, policies and events; a function of its result alone. */
import type { MeanInterval } from "../../experiment/summary.ts";
import type { TrainingOutput } from "../../experiment/training/output.ts";
import { adaptive, WIDE } from "../charts/frame.ts";
import { curveToCsv } from "./curve-csv.ts";
import { curveToJson } from "./curve-json.ts";
import { learningCurvePicture } from "./pictures.ts";
import { trainingToJson } from "./to-json.ts";

/** By name. The picture comes with the first evaluation. */
export function trainingFiles(output: TrainingOutput, interval: MeanInterval): Readonly<Record<string, string>> {
  const files = {
    "curve.csv": curveToCsv(output.curve, output.seeds),
    "curve.json": curveToJson(output.curve),
    "training.json": trainingToJson(output),
  };
  return output.curve.length === 0 ? files : { ...files, "curve.svg": adaptive(curveToSvg(output, interval)) };
}

export function curveToSvg(output: TrainingOutput, interval: MeanInterval): string {
  const { id, draw } = learningCurvePicture(output, interval);
  return draw(WIDE, id);
}
