import { axisY, type Markish, rect, ruleY } from "@observablehq/plot";
import type { BatchSeries, RunSeries } from "../../experiment/result.ts";
import { grouped, quantityText } from "../format.ts";
import { color } from "../palette.ts";
import { bandLegend, bands } from "./bands.ts";
import { type ChartSize, frame } from "./frame.ts";
import { serverLabel } from "./server-label.ts";
import { type Span, timeAxis, timeScale } from "./time-axis.ts";

type Segment = BatchSeries["segments"][number];
const MOST_BARS = 200;
const OUTCOMES: Readonly<Record<Segment["outcome"], string>> = {
  finished: "finished",
  running: "unfinished at the end",
  suspended: "suspended",
  evicted: "evicted",
  crashed: "lost in a crash",
  oom: "out of memory",
};

/** Where and when jobs ran: a lane for each server, rows inside it where jobs ran side by side. */
export function jobBars(batch: BatchSeries, series: RunSeries, options: { readonly id: string; readonly span: Span; readonly size: ChartSize }): string {
  const { id, span, size } = options;
  const shown = longest(batch.segments);
  const { bars, lanes, rowCount } = lay(shown, series.servers.names);
  const rowHeight = Math.min(14, Math.max(size.compact ? 3 : 4, 420 / Math.max(rowCount, 1)));
  const labelEvery = Math.max(1, Math.ceil((13 * lanes.length) / (rowCount * rowHeight || 1)));
  const labelled = lanes.filter((_, i) => i % labelEvery === 0);
  const marks: Markish[] = [
    ...bands(series, size),
    ruleY(rowHeight < 8 ? [] : lanes.slice(1), { y: (lane: Lane) => lane.top, stroke: color("grid") }),
    rect(bars, { x1: "startS", x2: "endS", y1: "top", y2: "bottom", fill: "fill", rx: 1.5, insetTop: 0.5, insetBottom: 0.5, insetRight: 0.5, title: "title" }),
    axisY(
      labelled.map((lane) => (lane.top + lane.bottom) / 2),
      { tickFormat: (_: number, i: number) => serverLabel(labelled[i]?.server ?? "", size), label: null, tickSize: 0, color: color("muted") } as object,
    ),
    ...timeAxis(span, size),
  ];
  const used = new Set(bars.map((bar) => bar.outcome));
  const total = batch.segments.length + batch.truncatedCount;
  const which = shown.length < total ? `The ${shown.length} longest of ${grouped(total)} stretches` : `All ${shown.length} stretches`;
  return frame({ id, title: `${batch.name}: where and when jobs ran`, description: `${which} of running, by server; colours tell how each ended.` }, size, {
    legend: [...(Object.keys(OUTCOMES) as Segment["outcome"][]).filter((outcome) => used.has(outcome)).map((outcome) => ({ label: OUTCOMES[outcome], mark: "square", fill: color(outcome) }) as const), ...bandLegend(series)],
    plot: {
      height: Math.round(rowCount * rowHeight) + 62,
      marginTop: 22,
      marginBottom: 40,
      x: timeScale(span),
      y: { domain: [0, Math.max(rowCount, 1)], reverse: true, axis: null },
      color: { type: "identity" },
      marks,
    },
  });
}

/** How many of the stretches the picture leaves out. */
export function hiddenBars(batch: BatchSeries): number {
  return batch.segments.length + batch.truncatedCount - Math.min(batch.segments.length, MOST_BARS);
}

/** The longest ones, in order of start: short ones would not be seen anyway. */
function longest(segments: readonly Segment[]): Segment[] {
  if (segments.length <= MOST_BARS) return [...segments];
  const byLength = segments.toSorted((a, b) => b.endS - b.startS - (a.endS - a.startS) || a.startS - b.startS || a.job - b.job);
  return byLength.slice(0, MOST_BARS).toSorted((a, b) => a.startS - b.startS || a.job - b.job);
}

interface Lane {
  readonly server: string;
  readonly top: number;
  readonly bottom: number;
}

/** Each bar takes the first row of its server's lane that is free when it starts. */
function lay(segments: readonly Segment[], servers: readonly string[]) {
  const lanes: Lane[] = [];
  const bars: { top: number; bottom: number; fill: string; title: string; outcome: Segment["outcome"]; startS: number; endS: number }[] = [];
  let top = 0;
  for (const server of servers) {
    const rowEndsS: number[] = [];
    for (const segment of segments) {
      if (segment.server !== server) continue;
      const free = rowEndsS.findIndex((endS) => endS <= segment.startS);
      const row = free < 0 ? rowEndsS.length : free;
      rowEndsS[row] = segment.endS;
      const title = `job ${segment.job} on ${server}: ${quantityText(segment.endS - segment.startS, "s")}, ${OUTCOMES[segment.outcome]}`;
      bars.push({ top: top + row, bottom: top + row + 1, fill: color(segment.outcome), title, outcome: segment.outcome, startS: segment.startS, endS: segment.endS });
    }
    if (rowEndsS.length === 0) continue;
    lanes.push({ server, top, bottom: top + rowEndsS.length });
    top += rowEndsS.length;
  }
  return { bars, lanes, rowCount: top };
}
