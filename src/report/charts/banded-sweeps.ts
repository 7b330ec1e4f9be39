import { axisX, dot, line, type PlotOptions, rect, ruleX, ruleY, text } from "@observablehq/plot";
import { color, seriesColor } from "../palette.ts";
import { grid, ROOM, valueAxis } from "./axes.ts";
import { frame, WIDE } from "./frame.ts";

export interface BandedPoint {
  readonly x: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}
/** What was published of a series, and how far a value may be from it, in the unit of the axis. */
export interface Band {
  readonly expected: number;
  readonly reach: number;
}
export interface BandedSeries {
  readonly label: string;
  /** Without one nothing was published of it. */
  readonly band?: Band;
}
export interface BandedPanel {
  readonly xLabel: string;
  /** One for each series, by x, rising; points of one x stand above each other. */
  readonly points: readonly (readonly BandedPoint[])[];
  /** The x at which the bands are held against the points. */
  readonly judged?: { readonly x: number; readonly label: string };
}
export interface BandedChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly yLabel: string;
  /** Where the axis begins; 0 or the lowest interval unless said. */
  readonly yFrom?: number;
  /** Values to look for, across all panels, and what they are. */
  readonly marks?: { readonly values: readonly number[]; readonly label: string };
  /** Of the intervals, such as 0.99. */
  readonly level: number;
  readonly series: readonly BandedSeries[];
  /** Under each other, on one scale. */
  readonly panels: readonly BandedPanel[];
}

/** Series over several sweeps, on the bands of what was published of them. The values of x stand side by side, whatever their distance. */
export function bandedSweeps(chart: BandedChart): string {
  const { id, title, description, level, series, panels, marks } = chart;
  const legend = [
    ...series.map(({ label }, i) => ({ label, mark: "line", fill: seriesColor(i) }) as const),
    ...series.flatMap(({ band }, i) =>
      band === undefined
        ? []
        : [{ label: `${band.expected} published, give or take ${band.reach}`, mark: "band", fill: seriesColor(i) } as const],
    ),
    ...(marks === undefined ? [] : [{ label: marks.label, mark: "line", fill: color("muted") } as const]),
    { label: `${100 * level} % interval`, mark: "dot", fill: color("muted") } as const,
  ];
  return frame({ id, title, description }, WIDE, { legend, plot: panels.map((panel) => drawn(chart, panel)) });
}

const NO_MARKS: NonNullable<BandedChart["marks"]> = { values: [], label: "" };

function drawn(
  { series, panels, yLabel, yFrom, marks: { values: levels } = NO_MARKS }: BandedChart,
  { xLabel, points, judged }: BandedPanel,
): PlotOptions {
  const all = panels.flatMap((panel) => panel.points.flat());
  const bands = series.flatMap(({ band }, i) =>
    band === undefined
      ? []
      : [{ expected: band.expected, from: band.expected - band.reach, to: band.expected + band.reach, fill: seriesColor(i) }],
  );
  const highest = Math.max(...all.map(({ high }) => high), ...bands.map(({ to }) => to), ...levels);
  const lowest = yFrom ?? Math.min(0, ...all.map(({ low }) => low));
  const placed = points.flatMap((each, i) => each.map((at) => ({ ...at, series: i, stroke: seriesColor(i) })));
  const xs = [...new Set(placed.map(({ x }) => x))].sort((a, b) => a - b);
  const marks = judged === undefined ? [] : [judged];
  const axis = { label: xLabel, labelArrow: "none", labelAnchor: "right", labelOffset: 34, color: color("muted"), tickSize: 4 };
  return {
    height: 270,
    ...ROOM,
    x: { type: "point", domain: xs, padding: 0.4, axis: null },
    y: { domain: [lowest, highest + 0.08 * (highest - Math.max(0, lowest))], axis: null },
    color: { type: "identity" },
    marks: [
      grid(6),
      valueAxis({ label: yLabel, ticks: 6 }),
      axisX(xs, { ...axis, tickFormat: String, ariaLabel: xLabel } as object),
      rect(bands, { y1: "from", y2: "to", fill: "fill", fillOpacity: 0.13 }),
      ruleY(bands, { y: "expected", stroke: "fill", strokeDasharray: "5 3" }),
      ruleY([Math.max(0, lowest)], { stroke: color("line") }),
      ruleY(levels, { stroke: color("muted"), strokeDasharray: "2 3" }),
      ruleX(marks, { x: "x", stroke: color("muted"), strokeDasharray: "5 3" }),
      text(marks, { x: "x", text: "label", frameAnchor: "top", dy: -6, dx: -5, textAnchor: "end", fill: color("muted") }),
      line(placed, { x: "x", y: "value", z: "series", stroke: "stroke", strokeWidth: 1.75 }),
      ruleX(placed, { x: "x", y1: "low", y2: "high", stroke: "stroke", strokeWidth: 2 }),
      dot(placed, { x: "x", y: "value", r: 3.5, fill: "stroke" }),
    ],
  };
}
