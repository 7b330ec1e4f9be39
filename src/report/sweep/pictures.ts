/** Which pictures a sweep has: one for each chosen metric. */
import { unitOf } from "../../experiment/summary.ts";
import type { SweepOutput } from "../../experiment/sweep/output.ts";
import { type SweepChart, type SweepMark, sweepPoints } from "../charts/sweep-points.ts";
import type { Picture } from "../html/pictures.ts";
import { chosenMetrics, distinctCount, pointName, shortPaths, shortValue, varyingPaths } from "./points.ts";

export function sweepPictures(output: SweepOutput): readonly Picture[] {
  return chosenMetrics(output, []).flatMap((metric, i): readonly Picture[] => {
    const chart = chartOf(output, metric);
    if (chart.marks.length === 0) return [];
    const caption = "Means over seeds with their 95 % intervals.";
    return [{ id: `sweep-${i}`, title: metric, caption, draw: (size, id) => sweepPoints(chart, { id, size }) }];
  });
}

/** One path of numbers is the axis, and the other paths tell the lines apart; without one, points stand in a row. */
function chartOf(output: SweepOutput, metric: string): SweepChart {
  const { paths, points, kind } = output;
  const path = axisPath(output);
  const others = varyingPaths(output).filter((other) => other !== path);
  // Drawn points share no second value, so a line for each of them would join nothing.
  const hasSeries = path !== undefined && kind !== "sampled";
  const marks = points.flatMap(({ values, summary }, i): readonly SweepMark[] => {
    const entry = summary[metric];
    if (entry === undefined || entry.mean === null) return [];
    const x = path === undefined ? pointName(output, i) : (numberOf(values[path])?.count as number);
    const series = hasSeries ? others.map((other) => shortValue(values[other])).join(", ") : "";
    return [{ x, series, mean: entry.mean, low: entry.ciLow, high: entry.ciHigh }];
  });
  const short = shortPaths(paths);
  const unit = path === undefined ? undefined : unitOfAll(points.map(({ values }) => values[path]));
  const label = path === undefined ? short.join(", ") : `${short[paths.indexOf(path)]}${unit ? `, ${unit}` : ""}`;
  const axis = { label, isNumeric: path !== undefined, isJoined: hasSeries };
  return { metric, unit: unitOf(metric), axis, marks };
}

/** The path with the most values, if they are numbers of one unit; the first of equals. */
function axisPath({ paths, points }: SweepOutput): string | undefined {
  const numeric = paths.filter((path) => unitOfAll(points.map(({ values }) => values[path])) !== undefined);
  return numeric.toSorted((a, b) => distinctCount(points, b) - distinctCount(points, a))[0];
}

/** The unit that all values carry ("" for bare numbers), or undefined if one is no number or has another unit. */
function unitOfAll(values: readonly unknown[]): string | undefined {
  const units = new Set(values.map((value) => numberOf(value)?.unit));
  const [only] = units;
  return units.size === 1 ? only : undefined;
}

function numberOf(value: unknown): { readonly count: number; readonly unit: string } | undefined {
  if (typeof value === "number") return { count: value, unit: "" };
  const [, count, unit] = (typeof value === "string" && /^([-+\d.eE]+)\s*(\D*)$/.exec(value)) || [];
  return count === undefined || !Number.isFinite(Number(count)) ? undefined : { count: Number(count), unit: (unit as string).trim() };
}
