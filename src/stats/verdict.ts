/** Turning an interval into a verdict, so that a wide interval can never pass for agreement. */

/** `undecided`: run longer. */
export type Verdict = "pass" | "fail" | "undecided";

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * Whether a quantity equals `expected` up to `margin` (same unit, >= 0): pass if its whole interval lies in expected +- margin,
 * fail if all of it lies outside. A pass with a 99 % interval is two one-sided tests (TOST) at 0.5 % each.
 * @throws {RangeError} if a number is missing or the margin negative.
 * @see Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15(6), 1987.
 */
export function equivalent(interval: Bounds, expected: number, margin: number): Verdict {
  if (!(margin >= 0) || Number.isNaN(expected)) throw new RangeError(`no equivalence to ${expected} within ${margin}`);
  return within(interval, expected - margin, expected + margin);
}

/** Whether a quantity is at most `bound`: an upper bound from theory is tested on its side only. */
export function atMost(interval: Bounds, bound: number): Verdict {
  return within(interval, Number.NEGATIVE_INFINITY, bound);
}

/**
 * Whether a candidate is at most `margin` >= 0 worse than a baseline, from the interval of candidate minus baseline.
 * Only one side of the interval counts: a 90 % interval gives 95 % confidence.
 * @throws {RangeError} if a number is missing or the margin negative.
 */
export function nonInferior(difference: Bounds, margin: number, better: "lower" | "higher"): Verdict {
  if (!(margin >= 0)) throw new RangeError(`a margin is at least 0, got ${margin}`);
  return better === "lower" ? atMost(difference, margin) : within(difference, -margin, Number.POSITIVE_INFINITY);
}

function within({ low, high }: Bounds, least: number, most: number): Verdict {
  if (!(low <= high) || Number.isNaN(least) || Number.isNaN(most))
    throw new RangeError(`no verdict on ${low}..${high} in ${least}..${most}`);
  if (high < least || low > most) return "fail";
  return low >= least && high <= most ? "pass" : "undecided";
}
