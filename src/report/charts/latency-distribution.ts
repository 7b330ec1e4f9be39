import { axisX, axisY, gridY, type Markish, rect, ruleX, ruleY, text } from "@observablehq/plot";
import type { ServiceSeries } from "../../experiment/result.ts";
import { quantityText, scaleFor, digitsText } from "../format.ts";
import { color } from "../palette.ts";
import { type ChartSize, frame, margins, plotWidth } from "./frame.ts";
import { textWidth } from "./legend.ts";

const MOST_BARS = 72;
const LABEL_ROW = 15;

export interface Percentile {
  readonly label: string;
  readonly latencyS: number;
}

/** How often which latency occurred, on a log axis; what is beyond the SLO is in the colour of faults. */
export function latencyDistribution(service: ServiceSeries, percentiles: readonly Percentile[], options: { readonly id: string; readonly size: ChartSize }): string {
  const { id, size } = options;
  const bars = barsOf(service);
  const slo = service.sloLatencyS;
  const low = Math.min(bars[0]?.fromS ?? 1e-3, slo ?? Number.POSITIVE_INFINITY);
  const high = Math.max(bars.at(-1)?.toS ?? 1, slo ?? 0);
  const tallest = Math.max(...bars.map((bar) => bar.share), 1e-9);
  const wanted: Rule[] = [...percentiles.map((p) => ({ ...p, kind: "percentile" }) as const), ...(slo === null ? [] : [{ label: "SLO", latencyS: slo, kind: "slo" } as const])];
  const rules = placeLabels(wanted, { low, high, size });
  const rowCount = Math.max(1, ...rules.map((rule) => rule.row + 1));
  const marks: Markish[] = [
    gridY({ stroke: color("grid"), strokeOpacity: 1, ticks: 4 } as object),
    axisY({ label: "share of requests", labelArrow: "none", ticks: 4, tickSize: 0, tickFormat: (share: number) => `${digitsText(share * 100)} %`, color: color("muted") } as object),
    axisX(logTicks(low, high, size.compact), { label: "latency, log scale", labelArrow: "none", labelAnchor: "right", labelOffset: 34, tickSize: 4, text: latencyTick, color: color("muted") } as object),
    rect(bars, { x1: "fromS", x2: "toS", y1: 0, y2: "share", fill: (bar: Bar) => color(slo !== null && bar.fromS >= slo * (1 - 1e-9) ? "fault" : "bar"), insetLeft: 0.5, insetRight: 0.5 }),
    ruleY([0], { stroke: color("line") }),
    ...rules.flatMap(ruleMarks),
  ];
  return frame({ id, title: `${service.name}: distribution of latency`, description: describe(percentiles, slo, bars) }, size, {
    legend: [
      { label: slo === null ? "requests" : "within the SLO", mark: "square", fill: color("bar") },
      ...(slo === null ? [] : [{ label: "beyond it", mark: "square", fill: color("fault") } as const]),
    ],
    plot: {
      height: (size.compact ? 200 : 240) + rowCount * LABEL_ROW,
      marginTop: 24 + rowCount * LABEL_ROW,
      marginBottom: 40,
      x: { type: "log", domain: [low, high], axis: null },
      y: { domain: [0, tallest * 1.06], axis: null },
      color: { type: "identity" },
      marks,
    },
  });
}

interface Bar {
  readonly fromS: number;
  readonly toS: number;
  readonly share: number;
}

/** Joins bins of the histogram until the bars fit; leaves out empty tails. */
function barsOf(service: ServiceSeries): Bar[] {
  const { histogramCounts: counts, histogramEdgesS: edges } = service;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const first = counts.findIndex((count) => count > 0);
  if (first < 0) return [];
  const last = counts.findLastIndex((count) => count > 0);
  const joined = Math.ceil((last - first + 1) / MOST_BARS);
  const bars: Bar[] = [];
  for (let bin = first; bin <= last; bin += joined) {
    const end = Math.min(bin + joined, last + 1);
    const count = counts.subarray(bin, end).reduce((sum, value) => sum + value, 0);
    bars.push({ fromS: edges[bin] ?? 0, toS: edges[end] ?? 0, share: count / total });
  }
  return bars;
}

function logTicks(low: number, high: number, compact: boolean): number[] {
  const steps = high / low > (compact ? 60 : 2000) ? [1] : compact ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let exponent = -7; exponent < 7; exponent++) for (const step of steps) ticks.push(Number(`${step}e${exponent}`));
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/** "50 ms": a tick that names its unit, for axes that cross units. */
export function latencyTick(latencyS: number): string {
  const scale = scaleFor(latencyS, "s");
  return `${digitsText(latencyS / scale.per)} ${scale.unit}`;
}

interface Rule extends Percentile {
  readonly kind: "percentile" | "slo";
}
interface PlacedRule extends Rule {
  readonly row: number;
  /** The label stands left of its line, because the right has no room. */
  readonly leftwards: boolean;
}

/** Labels stand above the frame; those that would meet go to rows of their own. A phone has room for names only. */
function placeLabels(rules: readonly Rule[], { low, high, size }: { low: number; high: number; size: ChartSize }): PlacedRule[] {
  const rowEnds: number[] = [];
  return rules
    .filter((rule) => rule.latencyS >= low && rule.latencyS <= high)
    .toSorted((a, b) => b.latencyS - a.latencyS)
    .map((rule) => {
      const label = size.compact ? rule.label : `${rule.label} ${quantityText(rule.latencyS, "s")}`;
      const line = (Math.log(rule.latencyS / low) / Math.log(high / low)) * plotWidth(size);
      const leftwards = line + textWidth(label) > plotWidth(size) + margins(size).marginRight;
      const start = leftwards ? line - textWidth(label) : line;
      const free = rowEnds.findIndex((leftmost) => start + textWidth(label) + 6 <= leftmost);
      const row = free < 0 ? rowEnds.length : free;
      rowEnds[row] = start;
      return { ...rule, label, row, leftwards };
    });
}

function ruleMarks({ latencyS, label, kind, row, leftwards }: PlacedRule): Markish[] {
  const ink = kind === "slo" ? { stroke: color("slo"), strokeWidth: 1.75, strokeDasharray: "6 4" } : { stroke: color("ink"), strokeWidth: 1 };
  const x = (value: number) => value;
  return [
    ruleX([latencyS], { x, ...ink, insetTop: -4 - row * LABEL_ROW }),
    text([latencyS], { x, text: () => label, frameAnchor: "top", textAnchor: leftwards ? "end" : "start", dx: leftwards ? -3 : 3, dy: -14 - row * LABEL_ROW, fontSize: 11, fill: color(kind === "slo" ? "slo" : "ink") }),
  ];
}

function describe(percentiles: readonly Percentile[], slo: number | null, bars: readonly Bar[]): string {
  const said = percentiles.map((p) => `${p.label} ${quantityText(p.latencyS, "s")}`).join(", ");
  const beyond = slo === null ? 0 : bars.filter((bar) => bar.fromS >= slo).reduce((sum, bar) => sum + bar.share, 0);
  return `Histogram of latencies on a logarithmic axis: ${said || "no percentiles"}.${slo === null ? "" : ` About ${quantityText(beyond, "fraction")} are beyond the SLO of ${quantityText(slo, "s")}.`}`;
}
