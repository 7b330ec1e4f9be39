import { axisX, dot, line, type Markish, ruleX, ruleY } from "@observablehq/plot";
import { quantityText, scaleFor } from "../format.ts";
import { color, seriesColor } from "../palette.ts";
import { grid, ROOM, valueAxis } from "./axes.ts";
import { type ChartSize, frame } from "./frame.ts";
import type { LegendItem } from "./legend.ts";

/** One point of a sweep in one metric. */
export interface SweepMark {
  /** A place on the axis: a number in the axis's unit, or a text. */
  readonly x: number | string;
  /** What the other varied values are: points of equal text are joined by a line. */
  readonly series: string;
  readonly mean: number;
  /** Ends of the interval; null where there is none. */
  readonly low: number | null;
  readonly high: number | null;
}
export interface SweepAxis {
  readonly label: string;
  /** False puts points side by side in their order. */
  readonly isNumeric: boolean;
  /** Joins the points of a series by a line. */
  readonly isJoined: boolean;
}
export interface SweepChart {
  readonly metric: string;
  readonly unit: string;
  readonly axis: SweepAxis;
  readonly marks: readonly SweepMark[];
}

/** More values than this get round ticks instead. */
const TICKS_MAX = 10;

/** A metric against a varied value, with the interval over seeds at each point. */
export function sweepPoints(chart: SweepChart, { id, size }: { readonly id: string; readonly size: ChartSize }): string {
  const { metric, unit, axis, marks } = chart;
  const top = Math.max(0, ...marks.map(({ mean, high }) => high ?? mean));
  const bottom = Math.min(0, ...marks.map(({ mean, low }) => low ?? mean));
  const scale = scaleFor(Math.max(top, -bottom), unit);
  const names = [...new Set(marks.map(({ series }) => series))];
  const colorOf = (name: string): string => seriesColor(names.indexOf(name));
  const legend = names.map((label): LegendItem => ({ label, mark: "dot", fill: colorOf(label) }));
  const xs = [...new Set(marks.map(({ x }) => x))];
  return frame({ id, title: metric, description: describe(chart) }, size, {
    legend: names.length > 1 ? legend : [],
    plot: {
      height: size.compact ? 220 : 300,
      ...ROOM,
      x: axis.isNumeric ? { type: "linear", inset: 8, axis: null } : { type: "point", domain: xs, padding: 0.5, axis: null },
      y: { domain: [bottom / scale.per, (top / scale.per) * 1.06 || 1], axis: null },
      color: { type: "identity" },
      marks: [
        grid(5),
        valueAxis({ label: scale.unit === "1" ? null : scale.unit, ticks: 5 }),
        horizontalAxis(axis, xs, size),
        ruleY([0], { stroke: color("line") }),
        ...pointMarks(chart, scale.per, colorOf),
      ],
    },
  });
}

/** Whether labels at the values themselves would meet: more of them than fit, or two that are as near as if there were. */
function areCrowded(xs: readonly number[]): boolean {
  const sorted = xs.toSorted((a, b) => a - b);
  const reach = (sorted.at(-1) ?? 0) - (sorted[0] ?? 0);
  return xs.length > TICKS_MAX || sorted.some((x, i) => i > 0 && x - (sorted[i - 1] as number) < reach / (2 * TICKS_MAX));
}

/** Ticks at the values themselves where they are few. */
function horizontalAxis({ label, isNumeric }: SweepAxis, xs: readonly (number | string)[], size: ChartSize): Markish {
  const options = { label, labelArrow: "none", labelAnchor: "right", labelOffset: 34, color: color("muted"), tickSize: 4 };
  if (isNumeric && (size.compact || areCrowded(xs as readonly number[])))
    return axisX({ ...options, ticks: size.compact ? 4 : 8 } as object);
  return axisX([...xs], { ...options, tickFormat: String } as object);
}

function pointMarks({ axis, marks }: SweepChart, per: number, colorOf: (series: string) => string): Markish[] {
  const data = marks.map((mark) => ({ x: mark.x, y: mark.mean / per, series: mark.series, color: colorOf(mark.series) }));
  const intervals = marks.flatMap(({ x, series, low, high }) =>
    low === null || high === null ? [] : [{ x, y1: low / per, y2: high / per, color: colorOf(series) }],
  );
  return [
    ...(axis.isJoined ? [line(data, { x: "x", y: "y", z: "series", stroke: "color", strokeWidth: 1.5 })] : []),
    ruleX(intervals, { x: "x", y1: "y1", y2: "y2", stroke: "color", strokeWidth: 2 }),
    dot(data, { x: "x", y: "y", r: 3.5, fill: "color" }),
  ];
}

function describe({ metric, unit, axis, marks }: SweepChart): string {
  const said = marks
    .slice(0, 12)
    .map(({ x, series, mean }) => `${series === "" ? "" : `${series}, `}${x}: ${quantityText(mean, unit, metric)}`);
  const rest = marks.length > said.length ? ` and ${marks.length - said.length} more points` : "";
  return `${metric} against ${axis.label}, with 95 % intervals over seeds. ${said.join("; ")}${rest}.`;
}
