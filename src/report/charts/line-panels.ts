import { axisX, line, type PlotOptions, ruleY } from "@observablehq/plot";
import { color, seriesColor } from "../palette.ts";
import { grid, ROOM, valueAxis } from "./axes.ts";
import { type ChartSize, frame, WIDE } from "./frame.ts";

export interface PanelLine {
  /** Which of the chart's series it belongs to; undefined: it is of none, and drawn in grey. */
  readonly series?: number;
  readonly isDashed?: boolean;
  /** By x, rising. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}
export interface LinePanel {
  readonly xLabel: string;
  readonly yLabel: string;
  /** Where the axis begins, unless at the lowest value. */
  readonly yFrom?: number;
  /** A value to look for. */
  readonly mark?: number;
  readonly lines: readonly PanelLine[];
}
export interface LinePanelsChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly series: readonly string[];
  /** What grey and dashed lines and marks are. */
  readonly notes: readonly { readonly label: string; readonly mark: "line" | "dashed" }[];
  /** Under each other, each on a scale of its own. */
  readonly panels: readonly LinePanel[];
}

/** The same few series in several quantities. */
export function linePanels({ id, title, description, series, notes, panels }: LinePanelsChart, size: ChartSize = WIDE): string {
  const legend = [
    ...series.map((label, i) => ({ label, mark: "line", fill: seriesColor(i) }) as const),
    ...notes.map((note) => ({ ...note, fill: color("muted") })),
  ];
  return frame({ id, title, description }, size, { legend, plot: panels.map((panel) => drawn(panel, size)) });
}

function drawn({ xLabel, yLabel, yFrom, mark, lines }: LinePanel, { compact }: ChartSize): PlotOptions {
  const points = lines.flatMap((each) => each.points);
  const ys = [...points.map(({ y }) => y), ...(mark === undefined ? [] : [mark])];
  const [lowest, highest] = [yFrom ?? Math.min(...ys), Math.max(...ys)];
  const xs = points.map(({ x }) => x);
  const ticks = compact ? 4 : 8;
  const axis = { label: xLabel, labelArrow: "none", labelAnchor: "right", labelOffset: 34, color: color("muted"), tickSize: 4, ticks };
  return {
    height: 190,
    ...ROOM,
    x: { type: "linear", domain: [Math.min(...xs), Math.max(...xs)], axis: null },
    y: { type: "linear", domain: [lowest, highest + 0.08 * (highest - lowest || 1)], axis: null },
    color: { type: "identity" },
    marks: [
      grid(4),
      valueAxis({ label: yLabel, ticks: 4 }),
      axisX(axis as object),
      ...(mark === undefined ? [] : [ruleY([mark], { stroke: color("muted"), strokeDasharray: "2 3" })]),
      ...lines.map(({ series, isDashed = false, points: drawnPoints }) =>
        line(drawnPoints, {
          ...{ x: "x", y: "y", strokeWidth: isDashed ? 1.5 : 2 },
          stroke: series === undefined ? color("muted") : seriesColor(series),
          ...(isDashed && { strokeDasharray: "5 3" }),
        }),
      ),
    ],
  };
}
