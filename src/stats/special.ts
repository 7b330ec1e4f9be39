/** Two special functions that JavaScript lacks. */

const LANCZOS_G = 7;
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Natural logarithm of the gamma function for x > 0, to about 1e-14. @see Lanczos, SIAM J. Numer. Anal. B 1, 1964. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  let series = LANCZOS[0] as number;
  for (let i = 1; i < LANCZOS.length; i++) series += (LANCZOS[i] as number) / (shifted + i);
  const base = shifted + LANCZOS_G + 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(series);
}

/** Regularized incomplete beta function I_x(a, b) for x in 0..1 and a, b > 0. @see Abramowitz & Stegun 26.5.8. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast only left of the mean; the other side follows by symmetry.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return (front / a) * betaFraction(x, a, b);
}

const TINY = 1e-300; // stands for a zero denominator (Lentz's method)

/** The continued fraction 1/(1 + d1/(1 + d2/(1 + ...))), evaluated forwards by the modified Lentz method. */
function betaFraction(x: number, a: number, b: number): number {
  let upper = 1;
  let lower = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let fraction = lower;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    lower = 1 / nonZero(1 + even * lower);
    upper = nonZero(1 + even / upper);
    fraction *= lower * upper;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    lower = 1 / nonZero(1 + odd * lower);
    upper = nonZero(1 + odd / upper);
    fraction *= lower * upper;
    if (Math.abs(lower * upper - 1) < 1e-15) return fraction;
  }
  throw new Error(`incomplete beta did not converge at x = ${x}, a = ${a}, b = ${b}`);
}

const nonZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
