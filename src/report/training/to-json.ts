/** `training.json`, and `--format json`: what came of a training. Same training, same bytes. */
import type { TrainingOutput } from "../../experiment/training/output.ts";
import { refuseBadNumbers } from "../to-json.ts";

/** Raised when the shape of the file changes. */
const FORMAT = 1;

/** The curve stands in `curve.csv`. @throws {Error} for numbers that JSON cannot carry. */
export function trainingToJson({ version, curve: _, ...output }: TrainingOutput): string {
  const document = { format: FORMAT, cybertwin: version, ...output };
  refuseBadNumbers(document, "");
  return `${JSON.stringify(document, null, 2)}\n`;
}
