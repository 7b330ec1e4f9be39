/** Where a run's numbers are written down: a value or a reason why there is none. */
import type { BatchMeans, BucketCounts, LatencyRecorder } from "../../stats/index.ts";

export interface MetricNote {
  readonly reason?: string;
  /** More than 1 % of samples were cut off: the true value is at least this. */
  readonly censored?: boolean;
  readonly estimator?: string;
  readonly n?: number;
  /** Half-width of the 95 % interval from within the run. */
  readonly halfWidth?: number;
}

const LEVEL = 0.95;
/** Above this share of samples cut off, a high percentile is only a lower bound. */
const CENSORED_SHARE = 0.01;

export class MetricBook {
  readonly metrics: Record<string, number | null> = {};
  readonly notes: Record<string, MetricNote> = {};
  /** Of what percentiles were taken, by the metrics' common prefix: pooled over runs they give percentiles of all. */
  readonly latencyCounts: Record<string, BucketCounts> = {};

  set(name: string, value: number, note?: MetricNote): void {
    if (!Number.isFinite(value)) throw new Error(`metric ${name} is ${value}`);
    this.metrics[name] = value + 0; // never -0
    if (note !== undefined) this.notes[name] = note;
  }

  /** How to read a metric, unless something is said of it already. */
  remark(name: string, reason: string): void {
    this.notes[name] = { reason, ...this.notes[name] };
  }

  missing(name: string, reason: string): void {
    this.metrics[name] = null;
    this.notes[name] = { reason };
  }

  /** A quotient, or nothing where there is nothing to divide by. */
  ratio(name: string, numerator: number, denominator: number, reason: string): void {
    if (denominator > 0) this.set(name, numerator / denominator);
    else this.missing(name, reason);
  }

  /** Mean, percentiles and greatest of a recorder under `${prefix}_<statistic>_s`. */
  latencies(
    prefix: string,
    recorder: LatencyRecorder,
    options: { batches?: BatchMeans; cutOffCount: number; percentiles: readonly string[]; reason: string },
  ): void {
    const { n } = recorder;
    if (n === 0) {
      for (const statistic of ["mean", ...options.percentiles, "max"]) this.missing(`${prefix}_${statistic}_s`, options.reason);
      return;
    }
    const censored = options.cutOffCount > CENSORED_SHARE * (n + options.cutOffCount) ? { censored: true } : {};
    if (options.percentiles.length > 0) this.latencyCounts[prefix] = recorder.bucketCounts();
    this.set(`${prefix}_mean_s`, recorder.mean, { n, ...withinRun(options.batches), ...censored });
    for (const percentile of options.percentiles) {
      const digits = percentile.slice(1);
      const p = Number(digits) / (digits.length === 3 ? 1000 : 100);
      this.set(`${prefix}_${percentile}_s`, recorder.percentile(p), { n, estimator: recorder.estimator, ...censored });
    }
    this.set(`${prefix}_max_s`, recorder.max, { n, ...censored });
  }
}

/** The interval from within the run, where there is one, and whether the run was long enough for it. */
function withinRun(batches: BatchMeans | undefined): MetricNote {
  const interval = batches?.interval(LEVEL);
  if (interval === undefined || !Number.isFinite(interval.halfWidth)) return {};
  const { halfWidth, independent } = interval;
  return independent
    ? { halfWidth }
    : { halfWidth, reason: "the run is short beside how slowly this changes: the interval may be too narrow" };
}
