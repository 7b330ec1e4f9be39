/** `curve.json`: the learning curve with every return, so that a stored folder gives the same page again. */
import type { AgentPoint, CurvePoint } from "../../learn/learning-curve.ts";
import { StoredResultError } from "../series-json.ts";
import { storedJson } from "../stored-json.ts";
import { refuseBadNumbers } from "../to-json.ts";

/** Raised when the shape of the file changes. */
const FORMAT = 1;

interface Document {
  readonly format: number;
  readonly points: readonly { readonly steps: number; readonly agents: readonly StoredPoint[] }[];
}
/** JSON has no NaN: where no episode ended there is no mean. */
type StoredPoint = Omit<AgentPoint, "trainingReturn"> & { readonly trainingReturn: number | null };

export function curveToJson(curve: readonly CurvePoint[]): string {
  const points = curve.map(({ steps, agents }) => ({
    steps,
    agents: agents.map((point): StoredPoint => ({ ...point, trainingReturn: point.episodeCount === 0 ? null : point.trainingReturn })),
  }));
  const document: Document = { format: FORMAT, points };
  refuseBadNumbers(document, "");
  return `${JSON.stringify(document)}\n`;
}

/** @throws {StoredResultError} if the text is not what `curveToJson` writes. */
export function curveFromJson(text: string): readonly CurvePoint[] {
  const { format, points } = storedJson(text, "curve.json") as Document;
  if (format !== FORMAT) throw new StoredResultError(`curve.json has format ${format}, this version reads ${FORMAT}`);
  return points.map(({ steps, agents }) => ({
    steps,
    agents: agents.map((point): AgentPoint => ({ ...point, trainingReturn: point.trainingReturn ?? Number.NaN })),
  }));
}
