/** A sweep for the terminal: a block for each metric, one line a point, then what differs from the baseline. */
import type { Comparison } from "../../experiment/sweep/compare.ts";
import type { PointOutput, SweepOutput } from "../../experiment/sweep/output.ts";
import { intervalText, MISSING, NBSP, quantityText } from "../format.ts";
import { chosenMetrics, pointName, shortPaths, shortValue } from "./points.ts";

/** @param metrics shown instead of the compared or the usual ones */
export function sweepToTable(output: SweepOutput, metrics: readonly string[]): string {
  const count = (n: number, one: string): string => (n === 1 ? `1 ${one}` : `${n} ${one}s`);
  const title = `${output.name} | ${count(output.points.length, "point")} x ${count(output.seeds.length, "seed")} | cybertwin ${output.version}`;
  const blocks = [
    [title],
    ...chosenMetrics(output, metrics).map((metric) => metricLines(output, metric)),
    ...(output.compare?.groups ?? []).map((group) => comparisonLines(output, group)),
    expectationLines(output),
  ];
  const text = blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
  return `${text.replaceAll(NBSP, " ")}\n`;
}

function metricLines({ paths, points }: SweepOutput, metric: string): readonly string[] {
  const rows = points.map(({ values, summary }) => {
    const entry = summary[metric];
    if (entry === undefined) return [...paths.map((path) => shortValue(values[path])), MISSING, ""];
    const interval = intervalText(entry.ciLow, entry.ciHigh, entry.unit, metric);
    return [...paths.map((path) => shortValue(values[path])), quantityText(entry.mean, entry.unit, metric), inBrackets(interval)];
  });
  return [metric, ...aligned([...shortPaths(paths), "mean", "95 % interval"], rows)];
}

function comparisonLines(output: SweepOutput, { baseline, points, order }: Comparison): readonly string[] {
  const { metric, unit } = output.compare as NonNullable<SweepOutput["compare"]>;
  const rows = points
    .filter(({ point }) => point !== baseline)
    .map(({ point, difference, ciLow, ciHigh, verdict }) => {
      const sign = difference !== null && difference > 0 ? "+" : "";
      const text = `${sign}${quantityText(difference, unit, metric)}`;
      return [nameOf(output, point), text, inBrackets(intervalText(ciLow, ciHigh, unit, metric)), verdict];
    });
  const groups = order.map((tied) => tied.map((point) => nameOf(output, point)).join(" = "));
  const told = order.some((tied) => tied.length > 1) ? "; not told apart where their intervals meet (=)" : "";
  return [
    `${metric} against ${nameOf(output, baseline)}, seed by seed`,
    ...aligned(["point", "difference", "95 % interval", ""], rows),
    `  low to high${told}:`,
    `  ${groups.join(" < ")}`,
  ];
}

function expectationLines({ points }: SweepOutput): readonly string[] {
  const all = points.flatMap(({ expectations }) => expectations);
  const missed = all.filter(({ met }) => !met).length;
  return all.length === 0 ? [] : [`${all.length - missed} of ${all.length} expectations are met`];
}

function nameOf({ points }: SweepOutput, point: number): string {
  return pointName(points[point] as PointOutput);
}

function inBrackets(interval: string | null): string {
  return interval === null ? "" : `[${interval}]`;
}

/** Columns under their heads. */
function aligned(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] as string).length)));
  return [head, ...rows].map((row) => `  ${row.map((text, i) => text.padEnd(widths[i] as number)).join("  ")}`.trimEnd());
}
