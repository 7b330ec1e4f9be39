/** Behind the data of every chart over time: the warm-up, and when faults held a server. */
import { type Markish, rect, ruleX, text } from "@observablehq/plot";
import type { RunSeries } from "../../experiment/result.ts";
import { color } from "../palette.ts";
import { type ChartSize, plotWidth } from "./frame.ts";
import { type LegendItem, textWidth } from "./legend.ts";

type Fault = RunSeries["faults"][number];
/** The label of a right axis reaches this far into the plot. */
const RIGHT_LABEL = 30;
/** On phones the label of the left axis reaches as far into the plot. */
const LEFT_LABEL = 26;
/** More faults than this are a texture: no labels, fainter lines, and none over the heat map. */
const FEW = 12;

/** Warm-up and faults, labelled above the frame where there is room; without `wash` only the lines at which faults start. */
export function bands(series: RunSeries, size: ChartSize, { wash = true } = {}): Markish[] {
  const faults = mergedFaults(series.faults);
  const spanS = { x1: "startS", x2: "endS" } as const;
  const warmup = series.warmupS > 0 ? [{ startS: 0, endS: Math.min(series.warmupS, series.bucketS * series.bucketCount) }] : [];
  const few = faults.length <= FEW;
  const labels = few ? placeLabels(faults, series, size) : [];
  return [
    ...(wash
      ? [
          rect(warmup, { ...spanS, fill: color("muted"), fillOpacity: 0.1 }),
          rect(faults, { ...spanS, fill: color("fault"), fillOpacity: 0.11 }),
        ]
      : []),
    ruleX(few || wash ? faults : [], { x: "startS", stroke: color("fault"), strokeOpacity: few ? 0.75 : 0.25 }),
    text(labels, { x: "startS", text: "label", frameAnchor: "top", textAnchor: "start", dy: -14, fontSize: 11, fill: color("fault") }),
  ];
}

export function bandLegend(series: RunSeries): LegendItem[] {
  return [
    ...(series.faults.length > 0
      ? [{ label: mergedFaults(series.faults).length === 1 ? "fault" : "faults", mark: "band", fill: color("fault") } as const]
      : []),
    ...(series.warmupS > 0 ? [{ label: "warm-up", mark: "band", fill: color("muted") } as const] : []),
  ];
}

interface Band {
  readonly fault: string;
  readonly kind: string;
  /** Servers, or GPUs. */
  readonly struck: ReadonlySet<string>;
  readonly startS: number;
  readonly endS: number;
}

/** One band for as long as a fault holds any server without a gap: a rack of forty that fails is one band. */
export function mergedFaults(faults: readonly Fault[]): readonly Band[] {
  const bands: { fault: string; kind: string; struck: Set<string>; startS: number; endS: number }[] = [];
  const latest = new Map<string, (typeof bands)[number]>();
  for (const { fault, kind, server, startS, endS } of faults.toSorted((a, b) => a.startS - b.startS)) {
    const before = latest.get(fault);
    if (before !== undefined && startS <= before.endS) {
      before.struck.add(server);
      before.endS = Math.max(before.endS, endS);
      continue;
    }
    const band = { fault, kind, struck: new Set([server]), startS, endS };
    latest.set(fault, band);
    bands.push(band);
  }
  return bands;
}

function labelOf({ fault, kind, struck }: Band, size: ChartSize): string {
  const [only] = struck;
  if (size.compact) return fault;
  return struck.size === 1 ? `${fault}: ${only}` : `${fault}: ${struck.size} ${kind.startsWith("gpu-") ? "GPUs" : "servers"}`;
}

/** From left to right, each label only where the one before it has ended and the frame still has room. */
function placeLabels(faults: readonly Band[], series: RunSeries, size: ChartSize): { startS: number; label: string }[] {
  const sPerPixel = (series.bucketS * series.bucketCount) / plotWidth(size);
  const placed: { startS: number; label: string }[] = [];
  let freeFromS = 0;
  for (const fault of faults) {
    const label = labelOf(fault, size);
    const startS = Math.max(fault.startS, size.compact ? LEFT_LABEL * sPerPixel : 0);
    const endS = startS + (textWidth(label) + 8) * sPerPixel;
    if (startS < freeFromS || endS > series.bucketS * series.bucketCount - RIGHT_LABEL * sPerPixel) continue;
    placed.push({ startS, label });
    freeFromS = endS;
  }
  return placed;
}
