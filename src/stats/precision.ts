/**
 * When to stop. Pure: asked after each replication, or now and then in a long run, whether the mean is known well enough.
 * Stopping when the interval happens to be narrow favours samples that happen to have little spread, so coverage falls short
 * of `level` by some percent; the least number of runs keeps that small. See docs/statistics.md for the measured loss.
 * @see Law, Simulation Modeling and Analysis, 5th ed., 9.4.1 (replications) and 9.5.3 (one long run).
 * @see Chow & Robbins, Annals of Mathematical Statistics 36(2), 1965 (exact in the limit).
 */
import type { BatchMeansInterval } from "./batch-means.ts";
import { type Interval, tInterval } from "./interval.ts";

export interface Precision {
  /** Largest relative error wanted, in (0, 1): 0.02 means that the mean is to be within 2 % of the truth. */
  readonly relative: number;
  /** Confidence, in (0, 1). */
  readonly level: number;
  /** At least 2; ten or more keep the coverage near `level`. */
  readonly minRuns: number;
  readonly maxRuns: number;
}

/** `too-few`: below the least number. `too-wide`: not yet precise. `dependent`: batches follow each other, the width cannot be trusted. */
export type ContinueReason = "too-few" | "too-wide" | "dependent";

export type StoppingStep<Found> =
  | { readonly kind: "continue"; readonly why: ContinueReason; readonly interval: Found }
  | { readonly kind: "stop"; readonly why: "precise" | "cap"; readonly interval: Found };

/**
 * Whether another replication is needed after `count` of them, which gave `interval`. Ask after every one: who asks after
 * every eighth, because eight workers run, gets results that depend on the number of workers.
 * A value of exactly 0 is never precise: what did not occur in any run may still occur.
 * @throws {RangeError} for a precision that cannot be met.
 */
export function intervalStep<Found extends Pick<Interval, "mean" | "low" | "high">>(
  interval: Found,
  count: number,
  { relative, minRuns, maxRuns }: Precision,
): StoppingStep<Found> {
  if (!(relative > 0 && relative < 1)) throw new RangeError(`a relative precision lies between 0 and 1, got ${relative}`);
  if (!(minRuns >= 2 && minRuns <= maxRuns)) throw new RangeError(`runs from ${minRuns} to ${maxRuns}: need 2 <= least <= most`);
  // The longer side: intervals of percentiles are not symmetric.
  const halfWidth = Math.max(interval.high - interval.mean, interval.mean - interval.low);
  if (count >= minRuns && isWithin(halfWidth, interval.mean, relative)) return { kind: "stop", why: "precise", interval };
  if (count >= maxRuns) return { kind: "stop", why: "cap", interval };
  return { kind: "continue", why: count < minRuns ? "too-few" : "too-wide", interval };
}

/** The same from `values`, one a replication in the order of seeds. @throws {RangeError} without values. */
export function replicationStep(values: ArrayLike<number>, precision: Precision): StoppingStep<Interval> {
  return intervalStep(tInterval(values, precision.level), values.length, precision);
}

/** For one long run: either a relative error, in (0, 1), or a half-width in the unit of the values, > 0. */
export type SeriesTarget =
  | { readonly kind: "relative"; readonly error: number }
  | { readonly kind: "absolute"; readonly halfWidth: number };

/** Whether a long run should go on, from its batch means so far; `maxCount` caps the number of values. */
export function seriesStep(interval: BatchMeansInterval, target: SeriesTarget, maxCount: number): StoppingStep<BatchMeansInterval> {
  const narrow =
    target.kind === "absolute" ? interval.halfWidth <= target.halfWidth : isWithin(interval.halfWidth, interval.mean, target.error);
  if (narrow && interval.independent) return { kind: "stop", why: "precise", interval };
  if (interval.n >= maxCount) return { kind: "stop", why: "cap", interval };
  if (interval.halfWidth === Number.POSITIVE_INFINITY) return { kind: "continue", why: "too-few", interval };
  return { kind: "continue", why: interval.independent ? "too-wide" : "dependent", interval };
}

/** The estimate may be too large, and then so is a share of it: an error of e relative to the truth needs e / (1 + e) of the estimate. */
function isWithin(halfWidth: number, center: number, relative: number): boolean {
  return center !== 0 && halfWidth <= (relative / (1 + relative)) * Math.abs(center);
}
