/** The horizontal axis: hours of the run, or the clock when the scenario says when it starts. */
import { axisX, frame, type Markish } from "@observablehq/plot";
import { color } from "../palette.ts";
import type { ChartSize } from "./frame.ts";

/** What a chart over time is told. */
export interface TimeChart {
  /** Unique in the page. */
  readonly id: string;
  readonly span: Span;
  readonly size: ChartSize;
}
export interface Span {
  /** Warm-up included. */
  readonly totalS: number;
  readonly startUtc: string | null;
}

const STEPS_S = [
  1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000, 31_536_000,
];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Ticks in seconds from the start of the run, and what to print at each. */
export function timeTicks(
  span: Span,
  maxTicks: number,
): { readonly ticks: readonly number[]; readonly text: (timeS: number) => string; readonly label: string } {
  const stepS = STEPS_S.find((step) => span.totalS / step <= maxTicks) ?? span.totalS;
  const originS = span.startUtc === null ? 0 : Date.parse(span.startUtc) / 1000;
  if (Number.isNaN(originS)) throw new Error(`startUtc "${span.startUtc}" is not a time`);
  const firstS = Math.ceil(originS / stepS) * stepS - originS;
  const ticks: number[] = [];
  for (let timeS = firstS; timeS <= span.totalS * (1 + 1e-9); timeS += stepS) ticks.push(timeS);
  if (span.startUtc !== null && span.totalS >= 600)
    return { ticks, text: (timeS) => clockText(originS + timeS), label: "time of day, UTC" };
  return { ticks, ...sinceStart(stepS) };
}

function sinceStart(stepS: number): { readonly text: (timeS: number) => string; readonly label: string } {
  if (stepS >= 86_400) return { text: (timeS) => String(timeS / 86_400), label: "days since the start" };
  if (stepS >= 1800) return { text: (timeS) => String(timeS / 3600), label: "hours since the start" };
  if (stepS >= 60) return { text: (timeS) => String(timeS / 60), label: "minutes since the start" };
  return { text: String, label: "seconds since the start" };
}

/** Midnight is told by its date. */
function clockText(utcS: number): string {
  const time = new Date(utcS * 1000);
  const clock = time.toISOString().slice(11, 16);
  return clock === "00:00" ? `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]}` : clock;
}

export function timeScale(span: Span) {
  return { type: "linear", domain: [0, span.totalS] as number[], axis: null } as const;
}

export function timeAxis(span: Span, size: ChartSize): Markish[] {
  const { ticks, text, label } = timeTicks(span, size.compact ? 5 : 12);
  return [
    frame({ anchor: "bottom", stroke: color("line") }),
    axisX([...ticks], {
      tickFormat: text,
      label,
      labelArrow: "none",
      labelAnchor: "right",
      labelOffset: 34,
      tickSize: 4,
      tickPadding: 4,
      color: color("muted"),
      stroke: color("line"),
    } as object),
  ];
}
