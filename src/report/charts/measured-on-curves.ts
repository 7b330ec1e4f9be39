import { axisX, dot, line, type Markish, type PlotOptions, ruleX, ruleY } from "@observablehq/plot";
import { color, seriesColor } from "../palette.ts";
import { grid, ROOM, valueAxis } from "./axes.ts";
import { frame, WIDE } from "./frame.ts";

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}
/** A measured mean with its interval, and what it is held against. All in the unit of the axis, above 0. */
export interface MeasuredPoint {
  readonly x: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly expected: number;
}
export interface CurveSeries {
  readonly label: string;
  readonly curve: readonly CurvePoint[];
  readonly points: readonly MeasuredPoint[];
}
export interface CurvesChart {
  readonly id: string;
  readonly title: string;
  /** Of the axes, with units. */
  readonly xLabel: string;
  readonly yLabel: string;
  readonly yTicks: readonly number[];
  readonly series: readonly CurveSeries[];
  /** What each measured point may be off, relative to the expected one. */
  readonly margin: number;
  /** Of the intervals, such as 0.99. */
  readonly level: number;
}

/** Measured points on the curves of theory, on a log axis; below, by how many percent each is off, where its interval can be seen. */
export function measuredOnCurves(chart: CurvesChart): string {
  const { id, title, series, margin, level } = chart;
  const legend = [
    ...series.map(({ label }, i) => ({ label, mark: "line", fill: seriesColor(i) }) as const),
    { label: `measured, ${100 * level} % interval`, mark: "dot", fill: color("muted") } as const,
    { label: `margin of ${100 * margin} %`, mark: "dashed", fill: color("muted") } as const,
  ];
  return frame({ id, title, description: describe(chart) }, WIDE, { legend, plot: [curves(chart), offsets(chart)] });
}

const HEIGHT = 320;
const OFFSETS_HEIGHT = 170;
/** Room for points that stand side by side at either end. */
const INSET = 18;
const NO_X_LABEL = { ...ROOM, marginBottom: 26 };

function curves({ series, xLabel, yLabel, yTicks }: CurvesChart): PlotOptions {
  const lines = series.flatMap(({ label, curve }, i) => curve.map((at) => ({ ...at, label, stroke: seriesColor(i) })));
  const points = series.flatMap((each, i) => each.points.map((at) => ({ ...at, fill: seriesColor(i) })));
  const highest = Math.max(...lines.map(({ y }) => y), ...points.map(({ value }) => value));
  return {
    height: HEIGHT,
    ...NO_X_LABEL,
    x: { domain: domainOf(series), inset: INSET, axis: null },
    y: { type: "log", domain: [Math.min(...yTicks) * 0.94, highest * 1.08], axis: null },
    color: { type: "identity" },
    marks: [
      grid(yTicks),
      valueAxis({ label: yLabel, ticks: yTicks, text: String }),
      horizontalAxis(series, null, xLabel),
      line(lines, { x: "x", y: "y", z: "label", stroke: "stroke", strokeWidth: 1.75 }),
      ruleX(points, { x: "x", y1: "low", y2: "high", stroke: "fill", strokeWidth: 2 }),
      dot(points, { x: "x", y: "value", r: 4, fill: "fill", stroke: color("page"), strokeWidth: 1 }),
    ],
  };
}

/** Points of one x stand side by side, this far apart as a share of the axis. */
const APART = 0.009;

function offsets({ series, xLabel, margin }: CurvesChart): PlotOptions {
  const [least, most] = domainOf(series);
  const points = series.flatMap((each, i) =>
    each.points.map(({ x, value, low, high, expected }) => ({
      x: x + (i - (series.length - 1) / 2) * APART * (most - least),
      value: percentOff(value, expected),
      low: percentOff(low, expected),
      high: percentOff(high, expected),
      fill: seriesColor(i),
    })),
  );
  const reach = Math.max(125 * margin, ...points.flatMap(({ low, high }) => [-low, high]));
  return {
    height: OFFSETS_HEIGHT,
    ...ROOM,
    x: { domain: [least, most], inset: INSET, axis: null },
    y: { domain: [-reach, reach], axis: null },
    color: { type: "identity" },
    marks: [
      grid(5),
      valueAxis({ label: "off the curve by, %", ticks: 5 }),
      horizontalAxis(series, xLabel, xLabel),
      ruleY([0], { stroke: color("ink"), strokeOpacity: 0.6 }),
      ruleY([-100 * margin, 100 * margin], { stroke: color("muted"), strokeDasharray: "5 3" }),
      ruleX(points, { x: "x", y1: "low", y2: "high", stroke: "fill", strokeWidth: 2 }),
      dot(points, { x: "x", y: "value", r: 3, fill: "fill" }),
    ],
  };
}

const percentOff = (value: number, expected: number): number => 100 * (value / expected - 1);

function domainOf(series: readonly CurveSeries[]): [least: number, most: number] {
  const xs = series.flatMap(({ curve }) => curve.map(({ x }) => x));
  return [Math.min(...xs), Math.max(...xs)];
}

/** Ticks at the measured points; `name` says what the axis is to who cannot see the label. */
function horizontalAxis(series: readonly CurveSeries[], label: string | null, name: string): Markish {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const options = { label, labelArrow: "none", labelAnchor: "right", labelOffset: 34, color: color("muted"), tickSize: 4 };
  return axisX(xs, { ...options, tickFormat: String, ariaLabel: name } as object);
}

function describe({ title, series, xLabel, yLabel }: CurvesChart): string {
  const said = series.map(({ label, points }) => {
    const worst = Math.max(0, ...points.map(({ value, expected }) => Math.abs(percentOff(value, expected))));
    return `${label}: ${points.length} measured points, none further from its curve than ${worst.toFixed(2)} %`;
  });
  return `${title}: ${yLabel} against ${xLabel}. ${said.join("; ")}.`;
}
