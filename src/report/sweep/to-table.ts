/** A sweep for the terminal: a block for each metric, one line a point, then what differs from the baseline. */
import type { SweepOutput } from "../../experiment/sweep/output.ts";
import { aligned, inBrackets } from "../aligned.ts";
import { intervalText, MISSING, NBSP, quantityText } from "../format.ts";
import { chosenMetrics, comparisonRows, ORDER, orderLines, shortPaths, shortValue } from "./points.ts";
import { firstLines, refusalLines } from "./refusals.ts";

/** @param metrics shown instead of the compared or the usual ones */
export function sweepToTable(output: SweepOutput, metrics: readonly string[]): string {
  const count = (n: number, one: string): string => (n === 1 ? `1 ${one}` : `${n} ${one}s`);
  const title = `${output.name} | ${count(output.points.length, "point")} x ${count(output.seeds.length, "seed")} | cybertwin ${output.version}`;
  const blocks = [
    [title],
    ...chosenMetrics(output, metrics).map((metric) => metricLines(output, metric)),
    comparisonLines(output),
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

function comparisonLines(output: SweepOutput): readonly string[] {
  if (output.compare === undefined) return [];
  const rows = comparisonRows(output).map(([point, baseline, difference, interval, verdict]) => {
    return [point, baseline, difference, inBrackets(interval === "" ? null : interval), verdict];
  });
  const orders = orderLines(output);
  const refusals = output.compare.groups.flatMap((group) => refusalLines(output, group));
  return [
    `${output.compare.metric} against the baseline, seed by seed; all verdicts together hold at 95 %`,
    ...aligned(["point", "baseline", "difference", "interval", ""], rows),
    ...(orders.length === 0 ? [] : [`  ${ORDER}:`, ...orders.map((line) => `    ${line}`)]),
    ...firstLines(refusals, REFUSALS_SHOWN).map((line) => `  ${line}`),
  ];
}

const REFUSALS_SHOWN = 12;

function expectationLines({ points }: SweepOutput): readonly string[] {
  const all = points.flatMap(({ expectations }) => expectations);
  const missed = all.filter(({ met }) => !met).length;
  return all.length === 0 ? [] : [`${all.length - missed} of ${all.length} expectations are met`];
}
