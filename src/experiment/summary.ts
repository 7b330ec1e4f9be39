/** One line for each metric over all runs: its mean, its interval, and where the interval comes from. */
import { middleOf, replicatedQuantileInterval } from "../stats/index.ts";
import type { RunResult, SummaryEntry } from "./result.ts";

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}
/** Two-sided interval of the mean of independent values, at least two; `level` as a fraction. */
export type MeanInterval = (values: readonly number[], level: number) => Interval;

export const LEVEL = 0.95;

/** As much of a run as its summary rests on. */
export type Measured = Pick<RunResult, "metrics" | "notes" | "latencyCounts" | "interruptedAtS">;

/**
 * Summarises by metric name, in the order of the first run. Interrupted runs count only where there is no whole one:
 * half a day is not a sample of a day, and so has no interval either. A metric that is null in a run is left out of its mean, and `n` says so.
 */
export function summarize(runs: readonly Measured[], interval: MeanInterval): Readonly<Record<string, SummaryEntry>> {
  const whole = runs.filter((run) => run.interruptedAtS === undefined);
  const used = whole.length > 0 ? whole : runs;
  const names = new Set(used.flatMap((run) => Object.keys(run.metrics)));
  return Object.fromEntries([...names].map((name) => [name, summaryOf(name, used, interval)]));
}

function summaryOf(name: string, runs: readonly Measured[], interval: MeanInterval): SummaryEntry {
  const unit = unitOf(name);
  const values = runs.map((run) => run.metrics[name]).filter((value) => typeof value === "number");
  const [first] = values;
  if (first === undefined) return { mean: null, ciLow: null, ciHigh: null, n: 0, unit, estimator: "single" };
  if (runs.some((run) => run.interruptedAtS !== undefined)) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, ciLow: null, ciHigh: null, n: values.length, unit, estimator: "single" };
  }
  if (values.length > 1) {
    const pooled = pooledPercentile(name, runs);
    const { mean, low, high } = pooled ?? interval(values, LEVEL);
    const isBounded = Number.isFinite(low) && Number.isFinite(high); // too few requests bound no high percentile from above
    const [ciLow, ciHigh] = isBounded ? [low, high] : [null, null];
    return { mean, ciLow, ciHigh, n: values.length, unit, estimator: pooled === undefined ? "replications" : "pooled" };
  }
  const halfWidth = runs.find((run) => typeof run.metrics[name] === "number")?.notes[name]?.halfWidth;
  if (halfWidth === undefined) return { mean: first, ciLow: null, ciHigh: null, n: 1, unit, estimator: "single" };
  return { mean: first, ciLow: first - halfWidth, ciHigh: first + halfWidth, n: 1, unit, estimator: "batch-means" };
}

const PERCENTILE = /^(.*)_p(\d{2,3})_s$/;

/**
 * A percentile of the latencies of all runs together, with an interval from how the runs differ: the mean of one percentile a
 * run is something else where runs are short. Undefined for other metrics. Values are known to 1/1024.
 */
export function pooledPercentile(metric: string, runs: readonly Measured[]): Interval | undefined {
  const [, prefix, digits] = PERCENTILE.exec(metric) ?? [];
  if (prefix === undefined || digits === undefined) return undefined;
  const counts = runs.map((run) => run.latencyCounts?.[prefix]).filter((each) => each !== undefined);
  if (counts.length < 2) return undefined;
  const replications = counts.map((each) => ({ values: each.buckets.map(middleOf), counts: each.counts }));
  const { estimate, low, high } = replicatedQuantileInterval(replications, Number(`0.${digits}`), LEVEL);
  return { mean: estimate, low, high };
}

/** Longest suffix first: `_per_s` ends in `_s` too. */
const UNITS: readonly (readonly [suffix: string, unit: string])[] = [
  ["_g_per_kwh", "g/kWh"],
  ["_j_per_request", "J/request"],
  ["_g_per_request", "g/request"],
  ["_j_per_job", "J/job"],
  ["_g_per_job", "g/job"],
  ["_g_per_unit", "g/unit"],
  ["_per_s", "1/s"],
  ["_core_s", "core s"],
  ["_minutes", "min"],
  ["_hz", "Hz"],
  ["_s", "s"],
  ["_j", "J"],
  ["_g", "g"],
  ["_w", "W"],
  ["_b", "B"],
];

/** The unit that a metric's name ends in; "1" for counts and fractions. */
export function unitOf(metric: string): string {
  return UNITS.find(([suffix]) => metric.endsWith(suffix))?.[1] ?? "1";
}
