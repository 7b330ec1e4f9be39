import { areaY, axisX, dot, line, type PlotOptions } from "@observablehq/plot";
import { color, seriesColor } from "../palette.ts";
import { grid, ROOM, valueAxis } from "./axes.ts";
import { frame, WIDE } from "./frame.ts";

export interface PredictedSeries {
  readonly label: string;
  /** Above 0. */
  readonly points: readonly { readonly measured: number; readonly predicted: number }[];
  readonly isHollow: boolean;
  /** Number of the series whose colour it has; absent: its own. */
  readonly colorOf?: number;
}
export interface PredictedChart {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  /** Of both axes; the first and the last are their ends. */
  readonly ticks: readonly number[];
  /** What a prediction may be off, relative to the measured value. */
  readonly band: number;
  readonly series: readonly PredictedSeries[];
  /** What is to be seen, in a sentence. */
  readonly description: string;
}

/** What was predicted over what was measured, on log axes, with the band that predictions should lie in. */
export function predictedMeasured({ id, title, unit, ticks, band, series, description }: PredictedChart): string {
  const fillOf = (each: PredictedSeries, i: number): string => seriesColor(each.colorOf ?? i);
  const legend = [
    ...series.map((each, i) => ({ label: each.label, mark: each.isHollow ? "ring" : "dot", fill: fillOf(each, i) }) as const),
    { label: `within ${100 * band} %`, mark: "band", fill: color("muted") } as const,
  ];
  const [least, most] = [ticks[0] as number, ticks.at(-1) as number];
  const ends = [least, most];
  const points = series.flatMap((each, i) => each.points.map((at) => ({ ...at, isHollow: each.isHollow, fill: fillOf(each, i) })));
  const place = { x: "measured", y: "predicted" } as const;
  const plot: PlotOptions = {
    height: 420,
    ...ROOM,
    x: { type: "log", domain: ends, axis: null },
    y: { type: "log", domain: ends, axis: null },
    color: { type: "identity" },
    marks: [
      areaY(ends, {
        ...{ x: (at: number) => at, y1: (at: number) => (1 - band) * at, y2: (at: number) => (1 + band) * at },
        ...{ fill: color("muted"), fillOpacity: 0.15, clip: true },
      }),
      grid(ticks),
      valueAxis({ label: `predicted, ${unit}, log scale`, ticks, text: String }),
      axisX([...ticks], { label: `measured, ${unit}, log scale`, labelArrow: "none", text: String, color: color("muted") } as object),
      line(ends, { x: (at: number) => at, y: (at: number) => at, stroke: color("muted"), strokeDasharray: "5 3" }),
      dot(
        points.filter(({ isHollow }) => isHollow),
        { ...place, r: 4, stroke: "fill", strokeWidth: 1.5 },
      ),
      dot(
        points.filter(({ isHollow }) => !isHollow),
        { ...place, r: 4.5, fill: "fill", stroke: color("page"), strokeWidth: 1 },
      ),
    ],
  };
  return frame({ id, title, description }, WIDE, { legend, plot });
}
