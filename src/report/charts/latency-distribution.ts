import { axisX, type Markish, rect, ruleX, ruleY, text } from "@observablehq/plot";
import type { ServiceSeries } from "../../experiment/result.ts";
import { digitsText, quantityText } from "../format.ts";
import { color } from "../palette.ts";
import { grid, ROOM, valueAxis } from "./axes.ts";
import { type ChartSize, frame, margins, plotWidth } from "./frame.ts";
import { textWidth } from "./legend.ts";
import { latencyTick, logTicks } from "./log-ticks.ts";

const MOST_BARS = 72;
const LABEL_ROW = 15;

export interface Percentile {
  readonly label: string;
  readonly latencyS: number;
}

/** How often which latency occurred, on a log axis; what is beyond the SLO is in the colour of faults. */
export function latencyDistribution(
  service: ServiceSeries,
  percentiles: readonly Percentile[],
  { id, size }: { readonly id: string; readonly size: ChartSize },
): string {
  const bars = barsOf(service);
  const slo = service.sloLatencyS;
  const ends = endsOf(bars, slo);
  const rules = placeLabels([...percentiles, ...(slo === null ? [] : [{ label: SLO, latencyS: slo }])], ends, size);
  const labelsHeight = LABEL_ROW * Math.max(1, ...rules.map((rule) => rule.row + 1));
  const tallest = bars.reduce((most, bar) => Math.max(most, bar.share), 0);
  return frame({ id, title: `${service.name}: distribution of latency`, description: describe(percentiles, slo, bars) }, size, {
    legend: [
      { label: slo === null ? "requests" : "within the SLO", mark: "square", fill: color("bar") },
      ...(slo === null ? [] : [{ label: "beyond it", mark: "square", fill: color("fault") } as const]),
    ],
    plot: {
      height: (size.compact ? 200 : 240) + labelsHeight,
      marginTop: ROOM.marginTop + labelsHeight,
      marginBottom: ROOM.marginBottom,
      x: { type: "log", domain: [ends.low, ends.high], axis: null },
      y: { domain: [0, tallest * 1.06 || 1], axis: null },
      color: { type: "identity" },
      marks: [
        grid(4),
        ...axes(ends, size),
        barMark(bars, slo),
        ruleY([0], { stroke: color("line") }),
        ...rules.map(ruleLine),
        ...rules.map(ruleLabel),
      ],
    },
  });
}

const SLO = "SLO";

interface Bar {
  readonly fromS: number;
  readonly toS: number;
  readonly share: number;
}
interface Ends {
  readonly low: number;
  readonly high: number;
}

/** Joins bins of the histogram until the bars fit; leaves out empty tails. */
function barsOf({ histogramCounts: counts, histogramEdgesS: edges }: ServiceSeries): Bar[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  const joined = Math.ceil((last - first + 1) / MOST_BARS);
  const bars: Bar[] = [];
  for (let bin = Math.max(first, 0); bin <= last; bin += joined) {
    const end = Math.min(bin + joined, last + 1);
    const count = counts.subarray(bin, end).reduce((sum, value) => sum + value, 0);
    bars.push({ ...finiteEdges(edges[bin] as number, edges[end] as number), share: count / total });
  }
  return bars;
}

/** The first bin may start at 0 and the last one end nowhere; a log axis can show neither. */
function finiteEdges(fromS: number, toS: number): { fromS: number; toS: number } {
  return { fromS: fromS > 0 ? fromS : toS / 2, toS: Number.isFinite(toS) ? toS : fromS * 2 };
}

function endsOf(bars: readonly Bar[], slo: number | null): Ends {
  const edges = [...bars.flatMap((bar) => [bar.fromS, bar.toS]), ...(slo === null ? [] : [slo])];
  return { low: Math.min(...edges), high: Math.max(...edges) };
}

function axes({ low, high }: Ends, size: ChartSize): Markish[] {
  const below = {
    label: "latency, log scale",
    labelArrow: "none",
    labelAnchor: "right",
    labelOffset: 34,
    tickSize: 4,
    color: color("muted"),
  };
  return [
    valueAxis({ label: "share of requests", ticks: 4, text: (share) => `${digitsText(share * 100)} %` }),
    axisX(logTicks(low, high, size.compact), { ...below, text: latencyTick } as object),
  ];
}

function barMark(bars: readonly Bar[], slo: number | null): Markish {
  const fill = (bar: Bar) => color(slo !== null && bar.fromS >= slo * (1 - 1e-9) ? "fault" : "bar");
  return rect([...bars], { x1: "fromS", x2: "toS", y1: 0, y2: "share", fill, insetLeft: 0.5, insetRight: 0.5 });
}

interface PlacedRule extends Percentile {
  readonly kind: "percentile" | "slo";
  readonly row: number;
  /** The label stands left of its line, because the right has no room. */
  readonly leftwards: boolean;
}

/** Labels stand above the frame; those that would meet go to rows of their own. A phone has room for names only. */
function placeLabels(rules: readonly Percentile[], { low, high }: Ends, size: ChartSize): PlacedRule[] {
  const rowStarts: number[] = [];
  const inside = rules.filter((rule) => rule.latencyS >= low && rule.latencyS <= high);
  const fromRight = inside.toSorted((a, b) => b.latencyS - a.latencyS);
  return fromRight.map(({ label: name, latencyS }) => {
    const label = size.compact ? name : `${name} ${quantityText(latencyS, "s")}`;
    const line = (Math.log(latencyS / low) / Math.log(high / low)) * plotWidth(size);
    const leftwards = line + textWidth(label) > plotWidth(size) + margins(size).marginRight;
    const start = leftwards ? line - textWidth(label) : line;
    const free = rowStarts.findIndex((nextStart) => start + textWidth(label) + 6 <= nextStart);
    const row = free < 0 ? rowStarts.length : free;
    rowStarts[row] = start;
    return { label, latencyS, kind: name === SLO ? "slo" : "percentile", row, leftwards };
  });
}

const asIs = (value: number) => value;

function ruleLine({ latencyS, kind, row }: PlacedRule): Markish {
  const stroke = kind === "slo" ? { stroke: color("slo"), strokeWidth: 1.75, strokeDasharray: "6 4" } : { stroke: color("ink") };
  return ruleX([latencyS], { x: asIs, ...stroke, insetTop: -4 - row * LABEL_ROW });
}

/** Drawn after all lines, on the ground of the page: a line to a higher row would cut it otherwise. */
function ruleLabel({ latencyS, label, kind, row, leftwards }: PlacedRule): Markish {
  const place = { textAnchor: leftwards ? "end" : "start", dx: leftwards ? -3 : 3, dy: -14 - row * LABEL_ROW } as const;
  const ground = { stroke: color("page"), strokeWidth: 5 };
  return text([latencyS], {
    x: asIs,
    text: () => label,
    frameAnchor: "top",
    ...place,
    fontSize: 11,
    fill: color(kind === "slo" ? "slo" : "ink"),
    ...ground,
  });
}

function describe(percentiles: readonly Percentile[], slo: number | null, bars: readonly Bar[]): string {
  const said = percentiles.map((p) => `${p.label} ${quantityText(p.latencyS, "s")}`).join(", ");
  const start = `Histogram of latencies on a logarithmic axis: ${said || "no percentiles"}.`;
  if (slo === null) return start;
  const beyond = bars.filter((bar) => bar.fromS >= slo).reduce((sum, bar) => sum + bar.share, 0);
  return `${start} About ${quantityText(beyond, "fraction")} are beyond the SLO of ${quantityText(slo, "s")}.`;
}
