import { axisX, axisY, gridY, type Markish, rect, ruleX, ruleY, text } from "@observablehq/plot";
import type { ServiceSeries } from "../../experiment/result.ts";
import { quantityText, scaleFor, digitsText } from "../format.ts";
import { color } from "../palette.ts";
import { type ChartSize, frame, plotWidth } from "./frame.ts";
import { textWidth } from "./legend.ts";

const MOST_BARS = 72;

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
  const rules = [...percentiles.map((p) => ({ ...p, fill: color("ink") })), ...(slo === null ? [] : [{ label: "SLO", latencyS: slo, fill: color("slo") }])];
  const marks: Markish[] = [
    gridY({ stroke: color("grid"), strokeOpacity: 1, ticks: 4 } as object),
    axisY({ label: "share of requests", labelArrow: "none", ticks: 4, tickSize: 0, tickFormat: (share: number) => `${digitsText(share * 100)} %`, color: color("muted") } as object),
    axisX(logTicks(low, high, size.compact), { label: "latency, log scale", labelArrow: "none", labelAnchor: "right", labelOffset: 34, tickSize: 4, text: latencyTick, color: color("muted") } as object),
    rect(bars, { x1: "fromS", x2: "toS", y1: 0, y2: "share", fill: (bar: Bar) => color(slo !== null && bar.fromS >= slo * (1 - 1e-9) ? "fault" : "bar"), insetLeft: 0.5, insetRight: 0.5 }),
    ruleX(percentiles, { x: "latencyS", stroke: color("ink"), strokeWidth: 1 }),
    ...(slo === null ? [] : [ruleX([slo], { stroke: color("slo"), strokeWidth: 1.75, strokeDasharray: "6 4" })]),
    ruleY([0], { stroke: color("line") }),
    ...ruleLabels(rules, { low, high, size }),
  ];
  return frame({ id, title: `${service.name}: distribution of latency`, description: describe(percentiles, slo, bars) }, size, {
    legend: [
      { label: slo === null ? "requests" : "within the SLO", mark: "square", fill: color("bar") },
      ...(slo === null ? [] : [{ label: "beyond it", mark: "square", fill: color("fault") } as const]),
    ],
    plot: { height: size.compact ? 200 : 240, marginTop: 26, marginBottom: 40, x: { type: "log", domain: [low, high], axis: null }, y: { domain: [0, tallest * 1.25], axis: null }, color: { type: "identity" }, marks },
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

function latencyTick(latencyS: number): string {
  const scale = scaleFor(latencyS, "s");
  return `${digitsText(latencyS / scale.per)} ${scale.unit}`;
}

interface Rule extends Percentile {
  readonly fill: string;
}

/** Labels that would meet go to rows of their own, and to the left of their line where the right has no room. */
function ruleLabels(rules: readonly Rule[], { low, high, size }: { low: number; high: number; size: ChartSize }): Markish[] {
  const room = plotWidth(size);
  const rows: { endPixel: number }[] = [];
  const marks: Markish[] = [];
  for (const rule of rules.toSorted((a, b) => a.latencyS - b.latencyS)) {
    if (rule.latencyS < low || rule.latencyS > high) continue;
    const label = `${rule.label} ${quantityText(rule.latencyS, "s")}`;
    const width = textWidth(label) + 10;
    const at = (Math.log(rule.latencyS / low) / Math.log(high / low)) * room;
    const leftwards = at + width > room + 30;
    const start = leftwards ? at - width : at;
    let row = rows.findIndex(({ endPixel }) => endPixel <= start);
    if (row < 0) row = rows.push({ endPixel: 0 }) - 1;
    rows[row] = { endPixel: start + width };
    const place = { textAnchor: leftwards ? "end" : "start", dx: leftwards ? -4 : 4, dy: 2 + row * 15 } as const;
    marks.push(text([rule.latencyS], { x: (latencyS: number) => latencyS, text: () => label, frameAnchor: "top", ...place, fill: rule.fill, fontSize: 11, stroke: color("page"), strokeWidth: 4 }));
  }
  return marks;
}

function describe(percentiles: readonly Percentile[], slo: number | null, bars: readonly Bar[]): string {
  const said = percentiles.map((p) => `${p.label} ${quantityText(p.latencyS, "s")}`).join(", ");
  const beyond = slo === null ? 0 : bars.filter((bar) => bar.fromS >= slo).reduce((sum, bar) => sum + bar.share, 0);
  return `Histogram of latencies on a logarithmic axis: ${said || "no percentiles"}.${slo === null ? "" : ` About ${quantityText(beyond, "fraction")} are beyond the SLO of ${quantityText(slo, "s")}.`}`;
}
