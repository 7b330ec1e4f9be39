/** Nearest-rank percentiles: always a value that occurred, no interpolation. */

/** Rank, from 1, of the p-th percentile among n values: ceil(p n), at least 1. `p` in 0..1. */
export function nearestRank(p: number, n: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a percentile is a fraction in 0..1, got ${p}`);
  // p * n of a decimal p can land an ulp above the whole number that is meant: 0.07 * 100 is 7.000000000000001.
  return Math.min(n, Math.max(1, Math.ceil(p * n * (1 - Number.EPSILON))));
}

/** The ceil(p n)-th smallest of ascending `sorted`; NaN without values. */
export function percentileOfSorted(sorted: ArrayLike<number>, p: number): number {
  return sorted.length === 0 ? Number.NaN : (sorted[nearestRank(p, sorted.length) - 1] as number);
}
