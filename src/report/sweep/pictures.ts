/** Which pictures a sweep has: one for each chosen metric. */
import type { SweepOutput } from "../../experiment/sweep/output.ts";
import { type SweepChart, type SweepMark, sweepPoints } from "../charts/sweep-points.ts";
import type { Picture } from "../html/pictures.ts";
import { chosenMetrics, pointName, shortPaths, shortValue } from "./points.ts";

export function sweepPictures(output: SweepOutput): readonly Picture[] {
  return chosenMetrics(output, []).flatMap((metric, i): readonly Picture[] => {
    const chart = chartOf(output, metric);
    if (chart.marks.length === 0) return [];
    const caption = "Means over seeds with their 95 % intervals.";
    return [{ id: `sweep-${i}`, title: metric, caption, draw: (size, id) => sweepPoints(chart, { id, size }) }];
  });
}

/** The first path whose values are numbers of one unit is the axis, and the other paths tell the lines apart; without one, points stand in a row. */
function chartOf(output: SweepOutput, metric: string): SweepChart {
  const { paths, points } = output;
  const axisIndex = paths.findIndex((path) => unitOfAll(points.map(({ values }) => values[path])) !== undefined);
  const path = paths[axisIndex];
  const unit = path === undefined ? "" : (unitOfAll(points.map(({ values }) => values[path])) ?? "");
  const marks = points.flatMap((point): readonly SweepMark[] => {
    const entry = point.summary[metric];
    if (entry === undefined || entry.mean === null) return [];
    const others = paths.filter((other) => other !== path).map((other) => shortValue(point.values[other]));
    const x = path === undefined ? pointName(point) : (numberOf(point.values[path])?.count as number);
    return [{ x, series: path === undefined ? "" : others.join(", "), mean: entry.mean, low: entry.ciLow, high: entry.ciHigh }];
  });
  const label = path === undefined ? shortPaths(paths).join(", ") : `${shortPaths(paths)[axisIndex]}${unit === "" ? "" : `, ${unit}`}`;
  const metricUnit = points.find(({ summary }) => summary[metric] !== undefined)?.summary[metric]?.unit ?? "1";
  // Drawn points share no second value, so a line for each of them would join nothing.
  const joins = output.kind === "sampled" ? marks.map((mark) => ({ ...mark, series: "" })) : marks;
  return { metric, unit: metricUnit, axis: { label, isNumeric: path !== undefined, isJoined: output.kind !== "sampled" }, marks: joins };
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
