import { areaY, line, type Markish, type PlotOptions } from "@observablehq/plot";
import type { GpuSeries, RunSeries } from "../../experiment/result.ts";
import { digitsText, quantityText } from "../format.ts";
import { color, seriesColor } from "../palette.ts";
import { grid, ROOM, valueAxis } from "./axes.ts";
import { bandLegend, bands } from "./bands.ts";
import { frame } from "./frame.ts";
import type { LegendItem } from "./legend.ts";
import { type TimeChart, timeAxis, timeScale } from "./time-axis.ts";

const HZ_PER_MHZ = 1e6;
/** More GPUs than colours that are easily told apart: their mean and range instead of a line each. */
const LINES_MAX = 6;

/** GPUs of one kind at one site, by their places in the series. */
export interface GpuGroup {
  readonly site: string;
  readonly kind: string;
  readonly gpus: readonly number[];
}

/** In the order of their first GPUs. */
export function gpuGroups({ sites, kinds }: GpuSeries): GpuGroup[] {
  const groups = new Map<string, { site: string; kind: string; gpus: number[] }>();
  for (const [i, site] of sites.entries()) {
    const kind = kinds[i] as string;
    const key = `${site} ${kind}`;
    const group = groups.get(key) ?? { site, kind, gpus: [] };
    group.gpus.push(i);
    groups.set(key, group);
  }
  return [...groups.values()];
}

export const hasLines = ({ gpus }: GpuGroup): boolean => gpus.length <= LINES_MAX;

/** Watts above, clocks below: a line a GPU, or of many their mean with the range from the least to the greatest. */
export function gpusOverTime(group: GpuGroup, series: RunSeries, { id, span, size }: TimeChart): string {
  const { gpus } = series;
  const watts = rowsOf(gpus.powerW, group, series.bucketCount);
  const megahertz = rowsOf(gpus.clockHz, group, series.bucketCount).map((row) => row.map((hz) => hz / HZ_PER_MHZ));
  const topW = greatest(watts);
  const topMHz = greatest(megahertz);
  const plot = (rows: readonly Float32Array[], { label, top }: { label: string; top: number }): PlotOptions => ({
    ...ROOM,
    height: size.compact ? 160 : 190,
    x: timeScale(span),
    y: { domain: [0, top * 1.08 || 1], axis: null },
    marks: [grid(4), ...bands(series, size), ...curves(rows, series), valueAxis({ label, ticks: 4 }), ...timeAxis(span, size)],
  });
  const description = `${group.gpus.length} GPUs of kind ${group.kind}, each drawing at most ${quantityText(topW, "W")} and at most at ${digitsText(topMHz)} MHz (means of each interval).`;
  return frame({ id, title: `${group.site}: watts and clock of ${group.kind}`, description }, size, {
    legend: [...curveLegend(group, gpus), ...bandLegend(series)],
    plot: [plot(watts, { label: "watts of the board", top: topW }), plot(megahertz, { label: "clock, MHz", top: topMHz })],
  });
}

function rowsOf(values: Float32Array, { gpus }: GpuGroup, bucketCount: number): Float32Array[] {
  return gpus.map((gpu) => values.subarray(gpu * bucketCount, (gpu + 1) * bucketCount));
}

function greatest(rows: readonly Float32Array[]): number {
  return rows.reduce((top, row) => row.reduce((most, value) => Math.max(most, value), top), 0);
}

function curves(rows: readonly Float32Array[], { bucketCount, bucketS }: RunSeries): Markish[] {
  const timesS = Array.from({ length: bucketCount }, (_, b) => (b + 0.5) * bucketS);
  if (rows.length <= LINES_MAX)
    return rows.map((row, i) => line(timesS, { x: timesS, y: Array.from(row), stroke: seriesColor(i), strokeWidth: 1.5 }));
  const points = timesS.map((timeS, b) => {
    const values = rows.map((row) => row[b] as number);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { timeS, mean, least: Math.min(...values), most: Math.max(...values) };
  });
  return [
    areaY(points, { x: "timeS", y1: "least", y2: "most", fill: seriesColor(0), fillOpacity: 0.2 }),
    line(points, { x: "timeS", y: "mean", stroke: seriesColor(0), strokeWidth: 1.75 }),
  ];
}

function curveLegend(group: GpuGroup, { names }: GpuSeries): LegendItem[] {
  if (hasLines(group))
    return group.gpus.map((gpu, i) => ({ label: (names[gpu] as string).slice(group.site.length + 1), mark: "line", fill: seriesColor(i) }));
  return [
    { label: "mean", mark: "line", fill: seriesColor(0) },
    { label: "least to greatest", mark: "band", fill: color("request") },
  ];
}
