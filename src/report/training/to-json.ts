/** `training.json`, and `--format json`: what came of a training. Same training, same bytes. */
import type { TrainingOutput } from "../../experiment/training/output.ts";
import { StoredResultError } from "../series-json.ts";
import { storedJson } from "../stored-json.ts";
import { refuseBadNumbers } from "../to-json.ts";

/** Raised when the shape of the file changes. */
const FORMAT = 2;

/** The curve stands in `curve.csv` and `curve.json`. @throws {Error} for numbers that JSON cannot carry. */
export function trainingToJson({ version, curve: _, ...output }: TrainingOutput): string {
  const document = { format: FORMAT, cybertwin: version, ...output };
  refuseBadNumbers(document, "");
  return `${JSON.stringify(document, null, 2)}\n`;
}

type Document = Omit<TrainingOutput, "version" | "curve"> & { readonly format: number; readonly cybertwin: string };

/** @throws {StoredResultError} if the text is not what `trainingToJson` writes. */
export function trainingFromJson(text: string, curve: TrainingOutput["curve"]): TrainingOutput {
  const { format, cybertwin, ...output } = storedJson(text, "training.json") as Document;
  if (format !== FORMAT) throw new StoredResultError(`training.json has format ${format}, this version reads ${FORMAT}`);
  return { version: cybertwin, ...output, curve };
}
