/** The released lengths and predictions as the tables that a scenario reads. */
import { traceColumns } from "../../traces.ts";
import { CLASS_COUNTS, type Population, type PredictorName } from "./requests.ts";

/** Requests of one true length, by what the predictor said of them. */
interface Length {
  readonly tokens: number;
  readonly count: number;
  /** By predicted class. */
  readonly predicted: readonly number[];
}

/** Every length that occurs, shortest first. */
export function lengthsOf({ tokens, classes }: Population, predictor: PredictorName): readonly Length[] {
  const found = new Map<number, number[]>();
  for (const [i, length] of tokens.entries()) {
    const counts = found.get(length) ?? new Array<number>(CLASS_COUNTS[predictor]).fill(0);
    found.set(length, counts);
    const predicted = classes[predictor][i] as number;
    counts[predicted] = (counts[predicted] as number) + 1;
  }
  return [...found]
    .map(([length, predicted]) => ({ tokens: length, predicted, count: predicted.reduce((sum, count) => sum + count, 0) }))
    .sort((a, b) => a.tokens - b.tokens);
}

/** A law of kind table whose draws, rounded to whole tokens, have each length with its own share: uniform half a token around it. */
export function lengthQuantiles(lengths: readonly Length[]): string {
  const all = lengths.reduce((sum, { count }) => sum + count, 0);
  const rows = ["quantile,value", `0,${(lengths[0] as Length).tokens - 0.5}`];
  let below = 0;
  for (const [i, { tokens, count }] of lengths.entries()) {
    if (i > 0 && tokens !== (lengths[i - 1] as Length).tokens + 1) throw new Error(`there are no answers of ${tokens - 1} tokens`);
    below += count;
    rows.push(`${below / all},${tokens + 0.5}`);
  }
  return `${rows.join("\n")}\n`;
}

/**
 * A confusion matrix with a row for each length, so that length and prediction are drawn together as they were released. A matrix by
 * class knows less: an answer near the edge of its class is mistaken more often than one in the middle.
 */
export function predictionMatrix(lengths: readonly Length[], predictor: PredictorName): string {
  const from = traceColumns(predictor === "five-class" ? "ssjf-confusion-5.csv" : "ssjf-confusion-3.csv", ["tokens_from"]).tokens_from;
  // A prediction is the row of the first length of its class.
  const columns = Array.from(from, (least) => lengths.findIndex(({ tokens }) => tokens >= least));
  const rows = lengths.map(({ tokens, count, predicted }, i) => {
    const shares = new Array<number>(lengths.length).fill(0);
    for (const [k, column] of columns.entries()) shares[column] = (predicted[k] as number) / count;
    return [i === 0 ? 0 : tokens, ...shares].join(",");
  });
  return `${["tokens_from", ...lengths.map((_, k) => `predicted_${k}`)].join(",")}\n${rows.join("\n")}\n`;
}
