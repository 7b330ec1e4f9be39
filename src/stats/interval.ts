/** Confidence intervals from independent values: one per replication, or one per batch. */
import { Sum } from "../kernel/index.ts";
import { incompleteBeta } from "./special.ts";

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** Mean of at least one value, with a compensated sum. @throws {RangeError} if there is none. */
export function mean(values: ArrayLike<number>): number {
  if (values.length === 0) throw new RangeError("the mean of no values does not exist");
  const sum = new Sum();
  for (let i = 0; i < values.length; i++) sum.add(values[i] as number);
  return sum.value / values.length;
}

/** Unbiased variance around the mean; NaN for a single value. */
export function variance(values: ArrayLike<number>): number {
  const center = mean(values);
  const squares = new Sum();
  for (let i = 0; i < values.length; i++) squares.add(((values[i] as number) - center) * ((values[i] as number) - center));
  return values.length < 2 ? Number.NaN : squares.value / (values.length - 1);
}

/**
 * Two-sided Student t interval for the mean of independent, roughly normal values; `level` in (0, 1), such as 0.95.
 * One value says nothing about its spread: its interval is the whole line.
 * @throws {RangeError} without values.
 */
export function tInterval(values: ArrayLike<number>, level: number): Interval {
  const center = mean(values);
  const n = values.length;
  const halfWidth = n < 2 ? Number.POSITIVE_INFINITY : tQuantile((1 + level) / 2, n - 1) * Math.sqrt(variance(values) / n);
  return { mean: center, low: center - halfWidth, high: center + halfWidth, n };
}

/** P(T <= t) of Student's t with `degrees` > 0 degrees of freedom. */
export function tCdf(t: number, degrees: number): number {
  const tail = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  return t < 0 ? tail : 1 - tail;
}

/**
 * The t with P(T <= t) = p, by bisection on the exact distribution: relative error below 1e-9 for p in 1e-4..1-1e-4.
 * @throws {RangeError} unless 0 < p < 1 and degrees > 0.
 */
export function tQuantile(p: number, degrees: number): number {
  if (!(p > 0 && p < 1) || !(degrees > 0)) throw new RangeError(`no t quantile for p = ${p}, degrees of freedom = ${degrees}`);
  if (p < 0.5) return -tQuantile(1 - p, degrees);
  let high = 1;
  while (tCdf(high, degrees) < p) high *= 2;
  let low = 0;
  while (high - low > 1e-12 * high) {
    const middle = (low + high) / 2;
    if (tCdf(middle, degrees) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
