/**
 * Values that change during training, by the fraction of it that is done: never by updates, of which a longer training has
 * more, so that exploration and learning rates end where they should whatever the budget.
 */

/** Value at a fraction of training, 0..1. */
export type Schedule = (fraction: number) => number;

export interface Decay {
  readonly from: number;
  readonly to: number;
  /** The fraction at which `to` is reached, in (0, 1]; it stays. Default 1. */
  readonly until?: number;
}

export const constant =
  (value: number): Schedule =>
  () =>
    value;

/** On a straight line. @throws {RangeError} unless 0 < until <= 1. */
export function linear({ from, to, until = 1 }: Decay): Schedule {
  requireUntil(until);
  return (fraction) => from + (to - from) * Math.min(1, fraction / until);
}

/** By equal ratios. @throws {RangeError} unless 0 < until <= 1, and both ends are positive. */
export function exponential({ from, to, until = 1 }: Decay): Schedule {
  requireUntil(until);
  if (!(from > 0 && to > 0)) throw new RangeError(`an exponential schedule needs ends above 0, got ${from} and ${to}`);
  const logRatio = Math.log(to / from);
  return (fraction) => (fraction >= until ? to : from * Math.exp((logRatio * fraction) / until));
}

function requireUntil(until: number): void {
  if (!(until > 0 && until <= 1)) throw new RangeError(`until must be a fraction of training in (0, 1], got ${until}`);
}
