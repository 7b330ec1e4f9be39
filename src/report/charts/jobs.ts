import { type Markish, rect, ruleY } from "@observablehq/plot";
import type { BatchSeries, RunSeries } from "../../experiment/result.ts";
import { grouped, quantityText } from "../format.ts";
import { color } from "../palette.ts";
import { ROOM, valueAxis } from "./axes.ts";
import { bandLegend, bands } from "./bands.ts";
import { type ChartSize, frame } from "./frame.ts";
import type { LegendItem } from "./legend.ts";
import { serverLabel } from "./server-label.ts";
import { type TimeChart, timeAxis, timeScale } from "./time-axis.ts";

type Segment = BatchSeries["segments"][number];
type Outcome = Segment["outcome"];
const MOST_BARS = 200;
const OUTCOMES: Readonly<Record<Outcome, string>> = {
  finished: "finished",
  running: "unfinished at the end",
  suspended: "suspended",
  evicted: "evicted",
  crashed: "lost in a crash",
  oom: "out of memory",
};

/** Where and when jobs ran: a lane for each server, rows inside it where jobs ran side by side. */
export function jobBars(batch: BatchSeries, series: RunSeries, { id, span, size }: TimeChart): string {
  const bars = longest(batch.segments);
  const lanes = lanesOf(bars, series.servers.names);
  const rowCount = lanes.at(-1)?.bottom ?? 1;
  const rowHeight = Math.min(14, Math.max(size.compact ? 3 : 4, 420 / rowCount));
  const gridded = rowHeight < 8 ? [] : lanes.slice(1);
  const total = batch.segments.length + batch.truncatedCount;
  const which = bars.length < total ? `The ${bars.length} longest of ${grouped(total)} stretches` : `All ${bars.length} stretches`;
  const description = `${which} of running, by server; colours tell how each ended.`;
  return frame({ id, title: `${batch.name}: where and when jobs ran`, description }, size, {
    legend: [...outcomeLegend(bars), ...bandLegend(series)],
    plot: {
      ...ROOM,
      height: Math.round(rowCount * rowHeight) + ROOM.marginTop + ROOM.marginBottom,
      x: timeScale(span),
      y: { domain: [0, rowCount], reverse: true, axis: null },
      color: { type: "identity" },
      marks: [
        ...bands(series, size),
        ruleY(gridded, { y: (lane: Lane) => lane.top, stroke: color("grid") }),
        barMark(lanes.flatMap((lane) => lane.bars)),
        laneAxis(lanes, rowHeight, size),
        ...timeAxis(span, size),
      ],
    },
  });
}

/** How many of the stretches the picture leaves out. */
export function hiddenBars(batch: BatchSeries): number {
  return batch.segments.length + batch.truncatedCount - Math.min(batch.segments.length, MOST_BARS);
}

/** The longest ones, in order of start: short ones would not be seen anyway. */
function longest(segments: readonly Segment[]): Segment[] {
  const lengthS = ({ startS, endS }: Segment) => endS - startS;
  const byStart = (a: Segment, b: Segment) => a.startS - b.startS || a.job - b.job;
  const kept = segments.toSorted((a, b) => lengthS(b) - lengthS(a) || byStart(a, b)).slice(0, MOST_BARS);
  return kept.sort(byStart);
}

interface PlacedBar extends Segment {
  readonly row: number;
}
interface Lane {
  readonly server: string;
  readonly top: number;
  readonly bottom: number;
  readonly bars: readonly PlacedBar[];
}

/** Each bar takes the first row of its server's lane that is free when it starts; idle servers have no lane. */
function lanesOf(segments: readonly Segment[], servers: readonly string[]): Lane[] {
  const lanes: Lane[] = [];
  for (const server of servers) {
    const top = lanes.at(-1)?.bottom ?? 0;
    const rowEndsS: number[] = [];
    const bars = segments.flatMap((segment): PlacedBar[] => {
      if (segment.server !== server) return [];
      const free = rowEndsS.findIndex((endS) => endS <= segment.startS);
      const row = free < 0 ? rowEndsS.length : free;
      rowEndsS[row] = segment.endS;
      return [{ ...segment, row: top + row }];
    });
    if (bars.length > 0) lanes.push({ server, top, bottom: top + rowEndsS.length, bars });
  }
  return lanes;
}

function barMark(bars: readonly PlacedBar[]): Markish {
  return rect([...bars], {
    x1: "startS",
    x2: "endS",
    y1: "row",
    y2: (bar: PlacedBar) => bar.row + 1,
    fill: (bar: PlacedBar) => color(bar.outcome),
    title: ({ job, server, startS, endS, outcome }: PlacedBar) =>
      `job ${job} on ${server}: ${quantityText(endS - startS, "s")}, ${OUTCOMES[outcome]}`,
    rx: 1.5,
    insetTop: 0.5,
    insetBottom: 0.5,
    insetRight: 0.5,
  });
}

/** Lines of text closer than this would overlap. */
const LABEL_HEIGHT = 13;

/** Names of as many lanes as there is height for, from the top: lanes have different heights. */
function laneAxis(lanes: readonly Lane[], rowHeight: number, size: ChartSize): Markish {
  const names = new Map<number, string>();
  let freeFrom = 0;
  for (const { top, bottom, server } of lanes) {
    const middle = (top + bottom) / 2;
    if (middle * rowHeight < freeFrom) continue;
    names.set(middle, server);
    freeFrom = middle * rowHeight + LABEL_HEIGHT;
  }
  return valueAxis({ label: null, ticks: [...names.keys()], text: (middle) => serverLabel(names.get(middle) as string, size) });
}

function outcomeLegend(bars: readonly Segment[]): LegendItem[] {
  const used = new Set(bars.map((bar) => bar.outcome));
  const outcomes = (Object.keys(OUTCOMES) as Outcome[]).filter((outcome) => used.has(outcome));
  return outcomes.map((outcome) => ({ label: OUTCOMES[outcome], mark: "square", fill: color(outcome) }));
}
