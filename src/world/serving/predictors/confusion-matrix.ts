import { z } from "zod";
import { pick } from "../../base/pick.ts";
import { type Table, TableError, type TableReader } from "../../base/table.ts";
import { fileField, tableOf } from "../../workload/file-field.ts";
import { column, readCsv } from "../../workload/index.ts";
import { latencyField, latencyOf, type PredictorPlugin } from "./predictor.ts";

const schema = z.strictObject({ kind: z.literal("confusion-matrix"), file: fileField, ...latencyField });

/** Shares are written with six digits. */
const ROUNDING = 1e-4;

/**
 * One row a class of lengths, shortest first: `tokens_from` (the least tokens of the class, rising from 0), `predicted_0`,
 * `predicted_1` ... (shares of its answers that the predictor puts into each class, summing to 1).
 */
export const confusionTable: TableReader = (lines, file) => {
  const table = readCsv(lines, file, [{ name: "tokens_from", min: 0, order: "strict" }]);
  if (column(table, "tokens_from")[0] !== 0) throw new TableError(file, 2, "the first class must begin at 0 tokens");
  for (const [row, shares] of sharesOf(table).entries()) {
    const sum = shares.reduce((total, share) => total + share, 0);
    if (shares.some((share) => !(share >= 0)) || Math.abs(sum - 1) > ROUNDING)
      throw new TableError(
        file,
        row + 2,
        `the shares predicted_0 to predicted_${table.rowCount - 1} must be at least 0 and sum to 1, got ${sum}`,
      );
  }
  return table;
};

/** Of each class, the shares predicted as each. */
function sharesOf(table: Table): number[][] {
  const columns = Array.from({ length: table.rowCount }, (_, k) => column(table, `predicted_${k}`));
  return Array.from({ length: table.rowCount }, (_, row) => columns.map((shares) => shares[row] as number));
}

export const confusionMatrix: PredictorPlugin<"confusion-matrix", z.output<typeof schema>> = {
  kind: "confusion-matrix",
  doc: "A classifier as it was measured: the class that its confusion matrix draws for the true one, as its least tokens.",
  schema,
  files: { file: confusionTable },
  create:
    ({ file, latency }) =>
    ({ rng }) => {
      const table = tableOf(file);
      const from = column(table, "tokens_from");
      const rows = sharesOf(table);
      const classRng = rng.fork("class");
      return {
        sees: "answer",
        predict: (outputTokens) => from[pick(rows[classOf(from, outputTokens)] as number[], classRng.uniform())] as number,
        latencyS: latencyOf(latency, rng),
      };
    },
};

function classOf(from: Float64Array, outputTokens: number): number {
  let k = from.length - 1;
  while ((from[k] as number) > outputTokens) k--;
  return k;
}
