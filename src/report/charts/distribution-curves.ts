import { axisX, dot, line, type PlotOptions } from "@observablehq/plot";
import { color, seriesColor } from "../palette.ts";
import { grid, ROOM, valueAxis } from "./axes.ts";
import { frame, WIDE } from "./frame.ts";
import type { LegendItem } from "./legend.ts";

/** The share `y`, 0..1, of values at most `x` > 0. */
export interface SharePoint {
  readonly x: number;
  readonly y: number;
}
export interface Distribution {
  readonly label: string;
  readonly curve: readonly SharePoint[];
  /** What was published of it. */
  readonly published: readonly SharePoint[];
}
export interface DistributionsChart {
  readonly id: string;
  readonly title: string;
  /** With the unit. */
  readonly xLabel: string;
  readonly xTicks: readonly number[];
  readonly series: readonly Distribution[];
  /** What is to be seen, in a sentence. */
  readonly description: string;
}

/** Distribution functions on a log axis, with published points. */
export function distributionCurves({ id, title, xLabel, xTicks, series, description }: DistributionsChart): string {
  const legend: readonly LegendItem[] = [
    ...series.map(({ label }, i) => ({ label, mark: "line", fill: seriesColor(i) }) as const),
    { label: "published", mark: "diamond", fill: color("muted") },
  ];
  const curves = series.flatMap(({ label, curve }, i) => curve.map((at) => ({ ...at, label, stroke: seriesColor(i) })));
  const published = series.flatMap((each, i) => each.published.map((at) => ({ ...at, fill: seriesColor(i) })));
  const plot: PlotOptions = {
    height: 320,
    ...ROOM,
    x: { type: "log", domain: [Math.min(...xTicks), Math.max(...xTicks)], axis: null },
    y: { domain: [0, 1], axis: null, inset: 6 },
    color: { type: "identity" },
    marks: [
      grid(5),
      valueAxis({ label: "share at most this long", ticks: 5, text: (share) => `${Math.round(100 * share)} %` }),
      axisX([...xTicks], { label: xLabel, labelArrow: "none", text: String, color: color("muted"), ariaLabel: xLabel } as object),
      line(curves, { x: "x", y: "y", z: "label", stroke: "stroke", strokeWidth: 2 }),
      dot(published, { x: "x", y: "y", r: 5, symbol: "diamond", fill: "fill", stroke: color("page"), strokeWidth: 1 }),
    ],
  };
  return frame({ id, title, description }, WIDE, { legend, plot });
}
