/**
 * Two policies on common random numbers: the same seed gives both the same arrivals, so most of the noise cancels in the
 * difference. Value i of both must come from seed i.
 * @see Law, Simulation Modeling and Analysis, 5th ed., 11.2.
 */
import { type Interval, mean, tCdf, tInterval, variance } from "./interval.ts";

export type Pair = readonly [candidate: number, baseline: number];

/** @throws {RangeError} unless both have the same number of values, at least one. */
export function pairUp(candidate: ArrayLike<number>, baseline: ArrayLike<number>): readonly Pair[] {
  if (candidate.length !== baseline.length || candidate.length === 0)
    throw new RangeError(`${candidate.length} and ${baseline.length} values cannot be paired`);
  return Array.from(candidate, (value, i) => [value, baseline[i] as number] as const);
}

/** Candidate minus baseline, pair by pair. */
export function differences(pairs: readonly Pair[]): Float64Array {
  return Float64Array.from(pairs, ([candidate, baseline]) => candidate - baseline);
}

/** Two-sided t interval for the mean of candidate minus baseline. */
export function pairedInterval(pairs: readonly Pair[], level: number): Interval {
  return tInterval(differences(pairs), level);
}

/** Mean of candidate over mean of baseline, minus 1: a statistic for `bootstrapInterval`. */
export function relativeDifference(pairs: readonly Pair[]): number {
  return mean(pairs.map(([candidate]) => candidate)) / mean(pairs.map(([, baseline]) => baseline)) - 1;
}

/** Two-sided p-value of "the mean is zero" for independent, roughly normal values; 1 for a single one. */
export function tTestP(values: ArrayLike<number>): number {
  const center = mean(values);
  if (center === 0 || values.length < 2) return 1;
  // Without spread t is infinite and p is 0: so says the t interval too, a point off zero.
  const t = center / Math.sqrt(variance(values) / values.length);
  return 2 * tCdf(-Math.abs(t), values.length - 1);
}
