/** Whole numbers of many digits over powers of ten, to the nearest float. */

/** All that are exact. */
export const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const SPLIT = 134_217_729; // 2^27 + 1
/** Far above the relative error of a correction, which is about 2^-50. */
const DOUBT = 1e-9;

/**
 * (first * 10^restCount + rest) / 10^decimals, rounded once as `Number` rounds it; NaN in the rare case that lies too near the middle
 * between two floats for this to tell. The quotient is corrected by its remainder, which is computed without an error that matters.
 * @param first exact, as is `rest`; restCount is at most 7, decimals at most 22
 * @see Dekker, A floating-point technique for extending the available precision, Numerische Mathematik 18, 1971
 */
export function quotient(first: number, rest: number, restCount: number, decimals: number): number {
  const power = POWERS[restCount] as number;
  const divisor = POWERS[decimals] as number;
  const whole = first * power;
  const small = productError(first, power, whole) + rest;
  const near = (whole + small) / divisor;
  const back = near * divisor;
  const correction = (whole - back - productError(near, divisor, back) + small) / divisor;
  const value = near + correction * (1 + DOUBT);
  return value === near + correction * (1 - DOUBT) ? value : Number.NaN;
}

/** By how much a * b differs from `product`, its rounded value: exact. */
function productError(a: number, b: number, product: number): number {
  const aScaled = a * SPLIT;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = b * SPLIT;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}
