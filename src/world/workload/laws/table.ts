/** A law measured elsewhere: quantiles in a file, straight lines between them, drawn by inversion. */
import { z } from "zod";
import { fileField, tableOf } from "../file-field.ts";
import { inverseLaw, lawPlugin } from "../law.ts";
import { quantileTable } from "../tables.ts";

export const table = lawPlugin({
  kind: "table",
  doc: "empirical quantiles from a file (columns quantile, value in the base unit), linear between rows",
  files: { file: quantileTable },
  shape: () => z.strictObject({ kind: z.literal("table"), file: fileField }),
  create: ({ file }) => {
    const { quantile, value } = tableOf(file).numbers as { readonly quantile: Float64Array; readonly value: Float64Array };
    const { mean, secondMoment } = moments(quantile, value);
    return inverseLaw({ mean, secondMoment }, (u) => interpolate(quantile, value, u));
  },
});

/** Between two rows the law is uniform, with mean (a + b)/2 and second moment (a^2 + a b + b^2)/3. */
function moments(quantile: Float64Array, value: Float64Array): { readonly mean: number; readonly secondMoment: number } {
  let mean = 0;
  let secondMoment = 0;
  for (let row = 1; row < quantile.length; row++) {
    const share = (quantile[row] as number) - (quantile[row - 1] as number);
    const a = value[row - 1] as number;
    const b = value[row] as number;
    mean += (share * (a + b)) / 2;
    secondMoment += (share * (a * a + a * b + b * b)) / 3;
  }
  return { mean, secondMoment };
}

/** The value at quantile `u` in [0, 1). */
function interpolate(quantile: Float64Array, value: Float64Array, u: number): number {
  let low = 0;
  let high = quantile.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((quantile[middle] as number) <= u) low = middle;
    else high = middle;
  }
  const from = quantile[low] as number;
  const a = value[low] as number;
  return a + ((value[high] as number) - a) * ((u - from) / ((quantile[high] as number) - from));
}
