/**
 * How far to trust a percentile: intervals that end at values which occurred and assume no law of the values.
 */
import { tQuantile, variance } from "./interval.ts";
import { binomialAtLeast } from "./laws.ts";
import { nearestRank, percentileOfSorted } from "./quantile.ts";

export interface QuantileInterval {
  /** Nearest-rank percentile of all values. */
  readonly estimate: number;
  /** -Infinity where the values are too few to bound the percentile from below. */
  readonly low: number;
  /** Infinity where the values are too few: a p99 has no upper bound at 95 % below 368 values. */
  readonly high: number;
  readonly n: number;
}

/**
 * From independent values. The number of values up to the true p-quantile is binomial, so the r-th and s-th smallest bracket
 * it with a probability that is known exactly; takes the innermost two with at most (1 - level)/2 on each side.
 * `p` and `level` in (0, 1). Correlated values, such as latencies of one run, need `replicatedQuantileInterval`.
 * @throws {RangeError} without values.
 * @see David & Nagaraja, Order Statistics, 3rd ed., 7.1.
 */
export function quantileInterval(values: ArrayLike<number>, p: number, level: number): QuantileInterval {
  if (values.length === 0) throw new RangeError("no values, no quantile");
  const sorted = Float64Array.from(values).sort();
  const { lowRank, highRank } = quantileRanks(sorted.length, p, level);
  return { estimate: percentileOfSorted(sorted, p), low: valueAt(sorted, lowRank), high: valueAt(sorted, highRank), n: sorted.length };
}

export interface RankInterval {
  /** From 1; 0 stands for no lower bound. */
  readonly lowRank: number;
  /** To n; n + 1 stands for no upper bound. */
  readonly highRank: number;
  /** P(the quantile lies between the two), at least `level`, for continuous values. */
  readonly coverage: number;
}

/** The ranks that `quantileInterval` takes among n values. */
export function quantileRanks(n: number, p: number, level: number): RankInterval {
  if (!(p > 0 && p < 1) || !(level > 0 && level < 1)) throw new RangeError(`no quantile interval for p = ${p}, level = ${level}`);
  const side = (1 - level) / 2;
  // The number B of values up to the quantile is binomial. The r-th smallest is too high if B < r, the s-th too low if B >= s.
  const highRank = firstRank(n + 1, (rank) => binomialAtLeast(rank, n, p) <= side);
  const lowRank = firstRank(n + 1, (rank) => 1 - binomialAtLeast(rank, n, p) > side) - 1;
  return { lowRank, highRank, coverage: binomialAtLeast(lowRank, n, p) - binomialAtLeast(highRank, n, p) };
}

/** The smallest rank in 1..last that fulfils a condition which, once true, stays true; `last` if none before does. */
function firstRank(last: number, holds: (rank: number) => boolean): number {
  let low = 1;
  let high = last;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const valueAt = (sorted: Float64Array, rank: number): number =>
  rank < 1 ? Number.NEGATIVE_INFINITY : rank > sorted.length ? Number.POSITIVE_INFINITY : (sorted[rank - 1] as number);

/** Values in ascending order, and how often each occurs. */
export interface CountedValues {
  readonly values: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
}

/**
 * From independent replications whose values may be correlated inside each. The shares of each replication at or below the
 * pooled percentile are independent, so a t interval holds for their mean; its ends are read off the pooled values.
 * Wants some ten replications or more. @throws {RangeError} without values.
 * @see Woodruff, Confidence intervals for medians and other position measures, JASA 47(260), 1952.
 */
export function replicatedQuantileInterval(replications: readonly CountedValues[], p: number, level: number): QuantileInterval {
  const pooled = pool(replications);
  const { n } = pooled;
  if (n === 0) throw new RangeError("no values, no quantile");
  if (!(p > 0 && p < 1) || !(level > 0 && level < 1)) throw new RangeError(`no quantile interval for p = ${p}, level = ${level}`);
  const estimate = valueAtRank(pooled, nearestRank(p, n));
  const runs = replications.length;
  const excess = replications.map((replication) => ((countUpTo(replication, estimate) - p * countUpTo(replication, Infinity)) * runs) / n);
  const halfWidth = runs < 2 ? Number.POSITIVE_INFINITY : tQuantile((1 + level) / 2, runs - 1) * Math.sqrt(variance(excess) / runs);
  // A share outside 0..1 means that the values do not reach far enough: unbounded, not the extreme value.
  const low = valueAtRank(pooled, Math.floor(Math.max(0, p - halfWidth) * n));
  const high = valueAtRank(pooled, Math.floor(Math.min(1, p + halfWidth) * n) + 1);
  return { estimate, low: Math.min(low, estimate), high: Math.max(high, estimate), n };
}

/** Each value once. */
export function counted(values: ArrayLike<number>): CountedValues {
  return { values: Float64Array.from(values).sort(), counts: new Float64Array(values.length).fill(1) };
}

interface Pooled extends CountedValues {
  readonly n: number;
}

function pool(replications: readonly CountedValues[]): Pooled {
  const countOf = new Map<number, number>();
  for (const { values, counts } of replications) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      countOf.set(value, (countOf.get(value) ?? 0) + (counts[i] as number));
    }
  }
  const values = Float64Array.from(countOf.keys()).sort();
  const counts = values.map((value) => countOf.get(value) as number);
  return { values, counts, n: counts.reduce((sum, count) => sum + count, 0) };
}

/** Rank from 1; unbounded outside 1..n. */
function valueAtRank({ values, counts, n }: Pooled, rank: number): number {
  if (rank < 1) return Number.NEGATIVE_INFINITY;
  if (rank > n) return Number.POSITIVE_INFINITY;
  let seen = 0;
  for (let i = 0; i < values.length; i++) {
    seen += counts[i] as number;
    if (seen >= rank) return values[i] as number;
  }
  throw new RangeError(`rank ${rank} of ${n} values`);
}

function countUpTo({ values, counts }: CountedValues, limit: number): number {
  let count = 0;
  for (let i = 0; i < values.length && (values[i] as number) <= limit; i++) count += counts[i] as number;
  return count;
}
