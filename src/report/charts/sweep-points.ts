import { axisX, dot, line, type Markish, ruleX, ruleY } from "@observablehq/plot";
import { quantityText, scaleFor } from "../format.ts";
import { type ColorName, color } from "../palette.ts";
import { grid, ROOM, valueAxis } from "./axes.ts";
import { type ChartSize, frame } from "./frame.ts";

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

const SERIES: readonly ColorName[] = ["request", "queued", "job", "facility", "psu-loss", "oom", "ink", "muted"];

/** A metric against a varied value, with the interval over seeds at each point. */
export function sweepPoints(
  { metric, unit, axis, marks }: SweepChart,
  { id, size }: { readonly id: string; readonly size: ChartSize },
): string {
  const top = Math.max(0, ...marks.map(({ mean, high }) => high ?? mean));
  const bottom = Math.min(0, ...marks.map(({ mean, low }) => low ?? mean));
  const scale = scaleFor(Math.max(top, -bottom), unit);
  const names = [...new Set(marks.map(({ series }) => series))];
  const stroke = ({ series }: SweepMark): string => color(SERIES[names.indexOf(series) % SERIES.length] as ColorName);
  const data = marks.map((mark) => ({ ...mark, y: mark.mean / scale.per, color: stroke(mark) }));
  const intervals = data.flatMap((mark) =>
    mark.low === null || mark.high === null ? [] : [{ ...mark, y1: mark.low / scale.per, y2: mark.high / scale.per }],
  );
  const below = { label: axis.label, labelArrow: "none", labelAnchor: "right", labelOffset: 34, color: color("muted"), tickSize: 4 };
  const joined: Markish[] =
    axis.isNumeric && axis.isJoined ? [line(data, { x: "x", y: "y", z: "series", stroke: "color", strokeWidth: 1.5 })] : [];
  const legend =
    names.length > 1
      ? names.map((name, i) => ({ label: name, mark: "dot" as const, fill: color(SERIES[i % SERIES.length] as ColorName) }))
      : [];
  return frame({ id, title: metric, description: describe(metric, unit, axis, marks) }, size, {
    legend,
    plot: {
      height: size.compact ? 220 : 300,
      ...ROOM,
      x: axis.isNumeric
        ? { nice: true, axis: null }
        : { type: "point", domain: [...new Set(marks.map(({ x }) => x))], padding: 0.5, axis: null },
      y: { domain: [bottom / scale.per, (top / scale.per) * 1.06 || 1], axis: null },
      color: { type: "identity" },
      marks: [
        grid(5),
        valueAxis({ label: scale.unit === "1" ? null : scale.unit, ticks: 5 }),
        axisX({ ...below, ...(size.compact ? { ticks: 4 } : {}) } as object),
        ruleY([0], { stroke: color("line") }),
        ...joined,
        ruleX(intervals, { x: "x", y1: "y1", y2: "y2", stroke: "color", strokeWidth: 2 }),
        dot(data, { x: "x", y: "y", r: 3.5, fill: "color" }),
      ],
    },
  });
}

function describe(metric: string, unit: string, axis: SweepAxis, marks: readonly SweepMark[]): string {
  const said = marks
    .slice(0, 12)
    .map(({ x, series, mean }) => `${series === "" ? "" : `${series}, `}${x}: ${quantityText(mean, unit, metric)}`);
  const rest = marks.length > said.length ? ` and ${marks.length - said.length} more points` : "";
  return `${metric} against ${axis.label}, with 95 % intervals over seeds. ${said.join("; ")}${rest}.`;
}
