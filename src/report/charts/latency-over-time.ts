import { dot, line, type Markish, ruleY } from "@observablehq/plot";
import type { RunSeries, ServiceSeries } from "../../experiment/result.ts";
import { quantityText, scaleFor } from "../format.ts";
import { color } from "../palette.ts";
import { grid, ROOM, type Ticks, valueAxis } from "./axes.ts";
import { bandLegend, bands } from "./bands.ts";
import { frame } from "./frame.ts";
import type { LegendItem } from "./legend.ts";
import { latencyTick, logTicks } from "./log-ticks.ts";
import { type TimeChart, timeAxis, timeScale } from "./time-axis.ts";

/** Linear hides everything but the worst moment once that is this many times the usual one. */
const LOG_FROM_RATIO = 25;
/** An SLO further away than this is named, not drawn: it would flatten everything else. */
const SLO_WITHIN = 4;

interface Facts {
  readonly worstS: number;
  readonly usualS: number;
  readonly sloS: number | null;
  readonly sloDrawn: boolean;
  readonly bucketsWithFailures: number;
}

/** Mean, median and 99th percentile by time of arrival, the SLO, and where requests got no answer. */
export function latencyOverTime(service: ServiceSeries, series: RunSeries, { id, span, size }: TimeChart): string {
  const facts = factsOf(service);
  const y = verticalScale(facts, size.compact);
  const marks: Markish[] = [
    grid(y.ticks),
    ...bands(series, size),
    ...timeAxis(span, size),
    valueAxis(y),
    ...(facts.sloDrawn ? [ruleY([facts.sloS], { y: (s: number) => s / y.per, ...SLO_LINE })] : []),
    ...lines(service, series, y.per),
  ];
  return frame({ id, title: `${service.name}: latency over time`, description: describe(facts, series) }, size, {
    legend: [...legendOf(facts), ...bandLegend(series)],
    plot: {
      ...ROOM,
      height: size.compact ? 220 : 280,
      x: timeScale(span),
      y: { type: y.type, domain: y.domain, axis: null },
      r: { range: [2, 7] },
      marks,
    },
  });
}

const SLO_LINE = { stroke: color("slo"), strokeWidth: 1.75, strokeDasharray: "6 4" } as const;

function factsOf(service: ServiceSeries): Facts {
  const worstS = service.latencyP99S.reduce((most, value) => (value > most ? value : most), 0);
  const medians = service.latencyP50S.filter((value) => !Number.isNaN(value)).sort();
  const sloS = service.sloLatencyS;
  return {
    worstS,
    usualS: medians[Math.floor(medians.length / 2)] ?? worstS,
    sloS,
    sloDrawn: sloS !== null && sloS <= SLO_WITHIN * worstS,
    bucketsWithFailures: service.requestsFailed.filter((count) => count > 0).length,
  };
}

interface VerticalScale {
  readonly type: "linear" | "log";
  readonly domain: number[];
  readonly ticks: Ticks;
  readonly label: string;
  /** Seconds in one unit of the axis. */
  readonly per: number;
  readonly text?: (value: number) => string;
}

function verticalScale({ worstS, usualS, sloS, sloDrawn }: Facts, compact: boolean): VerticalScale {
  const topS = Math.max(worstS, sloDrawn ? (sloS as number) : 0) * 1.08;
  if (usualS > 0 && worstS > LOG_FROM_RATIO * usualS) {
    const lowS = usualS / 2;
    return { type: "log", domain: [lowS, topS], ticks: logTicks(lowS, topS, compact), label: "latency", per: 1, text: latencyTick };
  }
  const { per, unit } = scaleFor(worstS, "s");
  return { type: "linear", domain: [0, topS / per || 1], ticks: 5, label: `latency, ${unit}`, per };
}

function lines(service: ServiceSeries, series: RunSeries, per: number): Markish[] {
  const points = Array.from({ length: series.bucketCount }, (_, b) => ({
    timeS: (b + 0.5) * series.bucketS,
    mean: (service.latencyMeanS[b] as number) / per,
    p50: (service.latencyP50S[b] as number) / per,
    p99: (service.latencyP99S[b] as number) / per,
    failed: service.requestsFailed[b] as number,
  }));
  const failed = points.filter((point) => point.failed > 0);
  return [
    line(points, { x: "timeS", y: "mean", stroke: color("mean"), strokeWidth: 1.25, strokeDasharray: "3 2" }),
    line(points, { x: "timeS", y: "p50", stroke: color("p50"), strokeWidth: 1.75 }),
    line(points, { x: "timeS", y: "p99", stroke: color("p99"), strokeWidth: 1.75 }),
    dot(failed, { x: "timeS", r: "failed", frameAnchor: "bottom", dy: -5, fill: color("fault"), fillOpacity: 0.85 }),
  ];
}

function legendOf({ worstS, sloS, sloDrawn, bucketsWithFailures }: Facts): LegendItem[] {
  const items: LegendItem[] = [];
  if (worstS > 0) {
    items.push({ label: "p99", mark: "line", fill: color("p99") });
    items.push({ label: "median", mark: "line", fill: color("p50") });
    items.push({ label: "mean", mark: "dashed", fill: color("mean") });
  }
  if (sloS !== null)
    items.push({ label: `SLO ${quantityText(sloS, "s")}${sloDrawn ? "" : " (far above)"}`, mark: "dashed", fill: color("slo") });
  if (bucketsWithFailures > 0) items.push({ label: "not answered (larger: more)", mark: "dot", fill: color("fault") });
  return items;
}

function describe({ worstS, usualS, sloS, bucketsWithFailures }: Facts, series: RunSeries): string {
  const slo = sloS === null ? "" : ` The SLO is ${quantityText(sloS, "s")}.`;
  const lost = `Requests failed, were rejected or dropped, or timed out in ${bucketsWithFailures} of ${series.bucketCount} intervals.`;
  if (worstS === 0) return `No request was answered, so no latency is drawn.${slo} ${lost}`;
  return `The median latency is usually ${quantityText(usualS, "s")}; the 99th percentile is at worst ${quantityText(worstS, "s")}.${slo} ${lost}`;
}
