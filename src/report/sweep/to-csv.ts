/** `table.csv`: one row a point, its values, then mean and interval of every metric, in base units. */
import type { SweepOutput } from "../../experiment/sweep/output.ts";
import { showValue } from "../../scenario/sweep/values.ts";
import { csvCell } from "../csv-cell.ts";

export function sweepToCsv({ paths, points }: SweepOutput): string {
  const metrics = [...new Set(points.flatMap(({ summary }) => Object.keys(summary)))].sort();
  const header = ["point", ...paths, ...metrics.flatMap((metric) => [`${metric}.mean`, `${metric}.ci_low`, `${metric}.ci_high`])];
  const rows = points.map(({ values, summary }, i) => [
    i + 1,
    ...paths.map((path) => showValue(values[path])),
    ...metrics.flatMap((metric) => {
      const entry = summary[metric];
      return entry === undefined ? [null, null, null] : [entry.mean, entry.ciLow, entry.ciHigh];
    }),
  ]);
  return [header, ...rows].map((row) => `${row.map(csvCell).join(",")}\n`).join("");
}
