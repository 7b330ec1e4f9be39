/** The incomplete gamma function: behind the normal and the chi-square law. @see Abramowitz & Stegun 6.5.29 and 6.5.31. */
import { logGamma } from "./special.ts";

const MOST_TERMS = 100_000; // about 10 sqrt(a) are needed
const TINY = 1e-300; // stands for a zero denominator (Lentz's method)

/** Regularized lower incomplete gamma P(a, x): the share of a gamma law with shape a > 0 that lies below x >= 0. */
export function lowerGamma(a: number, x: number): number {
  checkArguments(a, x);
  return x < a + 1 ? series(a, x) : 1 - fraction(a, x);
}

/** 1 - P(a, x), with full relative precision in the far tail. */
export function upperGamma(a: number, x: number): number {
  checkArguments(a, x);
  return x < a + 1 ? 1 - series(a, x) : fraction(a, x);
}

function checkArguments(a: number, x: number): void {
  if (!(a > 0) || !(x >= 0)) throw new RangeError(`no incomplete gamma for a = ${a}, x = ${x}`);
}

const front = (a: number, x: number): number => Math.exp(a * Math.log(x) - x - logGamma(a));

/** x^a e^-x / gamma(a) * sum over n of x^n / (a (a + 1) ... (a + n)); all terms are positive. */
function series(a: number, x: number): number {
  if (x === 0) return 0;
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n <= MOST_TERMS; n++) {
    term *= x / (a + n);
    sum += term;
    if (term < sum * 1e-17) return front(a, x) * sum;
  }
  throw new Error(`incomplete gamma did not converge at a = ${a}, x = ${x}`);
}

/** x^a e^-x / gamma(a) * 1/(x + 1 - a - 1(1 - a)/(x + 3 - a - ...)), forwards by the modified Lentz method. */
function fraction(a: number, x: number): number {
  if (x === Number.POSITIVE_INFINITY) return 0;
  let denominator = x + 1 - a;
  let upper = 1 / TINY;
  let lower = 1 / denominator;
  let result = lower;
  for (let n = 1; n <= MOST_TERMS; n++) {
    const coefficient = -n * (n - a);
    denominator += 2;
    lower = 1 / nonZero(coefficient * lower + denominator);
    upper = nonZero(denominator + coefficient / upper);
    result *= lower * upper;
    if (Math.abs(lower * upper - 1) < 1e-15) return front(a, x) * result;
  }
  throw new Error(`incomplete gamma did not converge at a = ${a}, x = ${x}`);
}

const nonZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
