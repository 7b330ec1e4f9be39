import { axisY, dot, gridY, line, type Markish, ruleY } from "@observablehq/plot";
import type { RunSeries, ServiceSeries } from "../../experiment/result.ts";
import { quantityText, scaleFor } from "../format.ts";
import { color } from "../palette.ts";
import { bandLegend, bands } from "./bands.ts";
import { type ChartSize, frame } from "./frame.ts";
import { latencyTick } from "./latency-distribution.ts";
import type { LegendItem } from "./legend.ts";
import { type Span, timeAxis, timeScale } from "./time-axis.ts";

/** Linear hides everything but the worst moment once that is this many times the usual one. */
const LOG_FROM_RATIO = 25;

/** Mean, median and 99th percentile by time of arrival, the SLO, and where requests failed. */
export function latencyOverTime(service: ServiceSeries, series: RunSeries, options: { readonly id: string; readonly span: Span; readonly size: ChartSize }): string {
  const { id, span, size } = options;
  const worstS = largest(service.latencyP99S);
  const wide = worstS > LOG_FROM_RATIO * median(service.latencyP50S);
  const scale = wide ? { per: 1, unit: "" } : scaleFor(worstS, "s");
  const points = Array.from({ length: series.bucketCount }, (_, b) => ({
    timeS: (b + 0.5) * series.bucketS,
    mean: (service.latencyMeanS[b] ?? Number.NaN) / scale.per,
    p50: (service.latencyP50S[b] ?? Number.NaN) / scale.per,
    p99: (service.latencyP99S[b] ?? Number.NaN) / scale.per,
    failed: service.requestsFailed[b] ?? 0,
  }));
  const slo = service.sloLatencyS;
  const sloFits = slo !== null && slo <= 4 * worstS;
  const y = yScale({ worst: worstS / scale.per, slo: sloFits ? slo / scale.per : 0, usual: median(service.latencyP50S) / scale.per, wide });
  const failed = points.filter((point) => point.failed > 0);
  const marks: Markish[] = [
    gridY({ stroke: color("grid"), strokeOpacity: 1, ticks: y.ticks } as object),
    ...bands(series, size),
    ...timeAxis(span, size),
    axisY({ label: wide ? "latency" : `latency, ${scale.unit}`, labelArrow: "none", ticks: y.ticks, tickSize: 0, ...(wide ? { text: latencyTick } : {}), color: color("muted") } as object),
    ...(sloFits ? [ruleY([slo / scale.per], { stroke: color("slo"), strokeWidth: 1.75, strokeDasharray: "6 4" })] : []),
    line(points, { x: "timeS", y: "mean", stroke: color("mean"), strokeWidth: 1.25, strokeDasharray: "3 2" }),
    line(points, { x: "timeS", y: "p50", stroke: color("p50"), strokeWidth: 1.75 }),
    line(points, { x: "timeS", y: "p99", stroke: color("p99"), strokeWidth: 1.75 }),
    dot(failed, { x: "timeS", r: "failed", frameAnchor: "bottom", dy: -5, fill: color("fault"), fillOpacity: 0.85 }),
  ];
  const title = `${service.name}: latency over time`;
  return frame({ id, title, description: describe(service, failed.length) }, size, {
    legend: [...lineLegend(slo, sloFits), ...(failed.length > 0 ? [{ label: "failed requests (larger: more)", mark: "dot", fill: color("fault") } as const] : []), ...bandLegend(series)],
    plot: { height: size.compact ? 220 : 280, marginTop: 26, marginBottom: 40, x: timeScale(span), y: { type: y.type, domain: y.domain, axis: null }, r: { range: [2, 7] }, marks },
  });
}

function yScale({ worst, slo, usual, wide }: { worst: number; slo: number; usual: number; wide: boolean }) {
  const top = Math.max(worst, slo) * 1.08;
  if (!wide) return { type: "linear" as const, domain: [0, top], ticks: 5 };
  const low = usual / 2;
  const ticks = decadeTicks(low, top);
  return { type: "log" as const, domain: [low, top], ticks };
}

function decadeTicks(low: number, high: number): number[] {
  const ticks: number[] = [];
  const steps = high / low > 300 ? [1] : [1, 2, 5];
  for (let exponent = -6; exponent < 9; exponent++) for (const step of steps) ticks.push(Number(`${step}e${exponent}`));
  return ticks.filter((tick) => tick >= low && tick <= high);
}

function lineLegend(slo: number | null, fits: boolean): LegendItem[] {
  const lines: LegendItem[] = [
    { label: "p99", mark: "line", fill: color("p99") },
    { label: "median", mark: "line", fill: color("p50") },
    { label: "mean", mark: "dashed", fill: color("mean") },
  ];
  if (slo !== null) lines.push({ label: `SLO ${quantityText(slo, "s")}${fits ? "" : " (far above)"}`, mark: "dashed", fill: color("slo") });
  return lines;
}

function describe(service: ServiceSeries, bucketsWithFailures: number): string {
  const worst = quantityText(largest(service.latencyP99S), "s");
  const usual = quantityText(median(service.latencyP50S), "s");
  const slo = service.sloLatencyS === null ? "" : ` The SLO is ${quantityText(service.sloLatencyS, "s")}.`;
  return `The median latency is usually ${usual}; the 99th percentile is at worst ${worst}.${slo} Requests failed in ${bucketsWithFailures} of ${service.requestsFailed.length} intervals.`;
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => (value > most ? value : most), 0);
}

function median(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  return known[Math.floor(known.length / 2)] ?? 0;
}
