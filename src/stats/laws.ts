/** Distribution functions that tests and intervals need: normal, chi-square, binomial. Student's t is in interval.ts. */
import { bisect } from "./bisect.ts";
import { lowerGamma, upperGamma } from "./incomplete-gamma.ts";
import { incompleteBeta, logGamma } from "./special.ts";

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

/**
 * The x with P(X <= x) = p of the gamma law with scale 1, to a relative 1e-9. @throws {RangeError} unless 0 < p < 1 and shape > 0.
 * Newton for the logarithms of both, from the law's first term near 0, else from the mean.
 */
export function gammaQuantile(p: number, shape: number): number {
  if (!(p > 0 && p < 1) || !(shape > 0)) throw new RangeError(`no gamma quantile for p = ${p}, shape = ${shape}`);
  const logGammaOfShape = logGamma(shape);
  let x = Math.exp((Math.log(p) + logGammaOfShape + Math.log(shape)) / shape); // p = x^shape / gamma(shape + 1) near 0
  if (x > shape / 2) x = shape;
  if (x === 0) return 0; // less than the smallest double
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const below = lowerGamma(shape, x);
    const slope = Math.exp(shape * Math.log(x) - x - logGammaOfShape) / below; // d log P / d log x
    const move = Math.log(below / p) / slope;
    x *= Math.exp(-Math.max(-1, Math.min(1, move)));
    if (Math.abs(move) < 1e-9) break;
  }
  return x;
}

const NEWTON_STEPS = 100;

/** P(at least `count` successes) in n trials of chance p in 0..1. @see Abramowitz & Stegun 26.5.24. */
export function binomialAtLeast(count: number, n: number, p: number): number {
  return count <= 0 ? 1 : count > n ? 0 : incompleteBeta(p, count, n - count + 1);
}
