/** Does a sample follow a law, do two samples follow the same? p-values for both. */
import { chiSquareTail } from "./laws.ts";

export interface FitTest {
  readonly statistic: number;
  /** Chance of a statistic at least this large if the law holds. */
  readonly pValue: number;
}

/**
 * Kolmogorov-Smirnov: largest distance between the sample's distribution and a continuous law that was not fitted to it.
 * From five values on the p-value is off by less than 0.004 where it is below 0.2, and by less than 0.03 elsewhere.
 * @throws {RangeError} without values.
 */
export function ksTest(values: ArrayLike<number>, cdf: (value: number) => number): FitTest {
  const n = values.length;
  if (n === 0) throw new RangeError("no values, no test");
  let statistic = 0;
  Float64Array.from(values)
    .sort()
    .forEach((value, i) => {
      const share = cdf(value);
      statistic = Math.max(statistic, share - i / n, (i + 1) / n - share);
    });
  return { statistic, pValue: distancePValue(statistic, n) };
}

/** Up to so many steps the two-sample law is counted out; beyond, the limit law is within 6 % of p. */
const EXACT_STEPS_MAX = 1e6;

/**
 * Kolmogorov-Smirnov for two independent samples; exact p-value for continuous values and up to 1000 a side. Equal values
 * are one step; with ties the test rejects more rarely than it says. @throws {RangeError} without values.
 */
export function ksTwoSampleTest(a: ArrayLike<number>, b: ArrayLike<number>): FitTest {
  if (a.length === 0 || b.length === 0) throw new RangeError("no values, no test");
  const statistic = sortedDistance(Float64Array.from(a).sort(), Float64Array.from(b).sort());
  return { statistic, pValue: twoSamplePValue(statistic, a.length, b.length) };
}

/**
 * P(distance >= this) for samples of n and m values from one law. Merged, they are a walk from (0, 0) to (n, m), each walk as
 * likely as the other; counts those that leave the band. @see Hodges, Arkiv foer Matematik 3(43), 1958.
 */
export function twoSamplePValue(distance: number, n: number, m: number): number {
  if (n * m > EXACT_STEPS_MAX) return distancePValue(distance, (n * m) / (n + m));
  const reach = Math.round(distance * n * m); // a whole number, but for rounding
  const left = new Float64Array(m + 1); // chance to have left the band on the way to (i, j)
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      const outside = Math.abs(i * m - j * n) >= reach;
      const before = j === 0 ? 0 : (left[j - 1] as number);
      left[j] = outside ? 1 : i + j === 0 ? 0 : (i * (left[j] as number) + j * before) / (i + j);
    }
  }
  return left[m] as number;
}

/** Largest distance between the distributions of two ascending samples. */
export function sortedDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let distance = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
  }
  return distance;
}

/** Stephens' form of the limit law for finite n. @see Stephens, J. Royal Statistical Society B 32(1), 1970. */
export function distancePValue(distance: number, n: number): number {
  const root = Math.sqrt(n);
  return kolmogorovTail((root + 0.12 + 0.11 / root) * distance);
}

/** P(K > x) of Kolmogorov's limit law: 2 sum over j of (-1)^(j-1) exp(-2 j^2 x^2). */
export function kolmogorovTail(x: number): number {
  if (x < 0.2) return 1; // below 1e-12 away from it, and the sum would need ever more terms
  let sum = 0;
  let sign = 2;
  for (let j = 1; j <= 20; j++) {
    sum += sign * Math.exp(-2 * j * j * x * x);
    sign = -sign;
  }
  return Math.min(1, Math.max(0, sum));
}

/**
 * Pearson's chi-square: counts against expected counts of the same total, each some five or more. `fittedCount` parameters
 * were estimated from these counts. @throws {RangeError} for no degree of freedom, or an expected count that is not > 0.
 */
export function chiSquareTest(observed: ArrayLike<number>, expected: ArrayLike<number>, fittedCount: number): FitTest {
  const degrees = observed.length - 1 - fittedCount;
  if (observed.length !== expected.length || degrees < 1)
    throw new RangeError(`${observed.length} counts, ${expected.length} expected, ${fittedCount} fitted: nothing is left to test`);
  let statistic = 0;
  for (let i = 0; i < observed.length; i++) {
    const mean = expected[i] as number;
    if (!(mean > 0)) throw new RangeError(`expected count ${i} is ${mean}`);
    statistic += (((observed[i] as number) - mean) * ((observed[i] as number) - mean)) / mean;
  }
  return { statistic, pValue: chiSquareTail(statistic, degrees) };
}

/** How many values fall in each of `binCount` bins that a continuous law says are equally likely. */
export function equalChanceCounts(values: ArrayLike<number>, cdf: (value: number) => number, binCount: number): Float64Array {
  const counts = new Float64Array(binCount);
  for (let i = 0; i < values.length; i++) {
    const bin = Math.min(binCount - 1, Math.floor(cdf(values[i] as number) * binCount));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}
