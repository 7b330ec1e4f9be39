/** Distribution functions that tests and intervals need: normal, chi-square, binomial. Student's t is in interval.ts. */
import { bisect } from "./bisect.ts";
import { lowerGamma, upperGamma } from "./incomplete-gamma.ts";
import { incompleteBeta } from "./special.ts";

/** P(Z <= z) of the standard normal law, with full relative precision in the lower tail. */
export function normalCdf(z: number): number {
  const tail = upperGamma(0.5, (z * z) / 2) / 2;
  return z < 0 ? tail : 1 - tail;
}

/** The z with P(Z <= z) = p. @throws {RangeError} unless 0 < p < 1. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`no normal quantile for p = ${p}`);
  if (p > 0.5) return -normalQuantile(1 - p);
  return p === 0.5 ? 0 : bisect(normalCdf, p, -40, 0); // the smallest double is at -38.5
}

/** P(X > x) of the chi-square law: the p-value of a chi-square statistic x >= 0. */
export function chiSquareTail(x: number, degrees: number): number {
  return upperGamma(degrees / 2, x / 2);
}

/** The x with P(X <= x) = p. @throws {RangeError} unless 0 < p < 1 and degrees > 0. */
export function chiSquareQuantile(p: number, degrees: number): number {
  if (!(p > 0 && p < 1) || !(degrees > 0)) throw new RangeError(`no chi-square quantile for p = ${p}, degrees of freedom = ${degrees}`);
  const cdf = (x: number): number => lowerGamma(degrees / 2, x / 2);
  let high = degrees;
  while (cdf(high) < p) high *= 2;
  return bisect(cdf, p, 0, high);
}

/** P(at least `count` successes) in n trials of chance p in 0..1. @see Abramowitz & Stegun 26.5.24. */
export function binomialAtLeast(count: number, n: number, p: number): number {
  return count <= 0 ? 1 : count > n ? 0 : incompleteBeta(p, count, n - count + 1);
}
