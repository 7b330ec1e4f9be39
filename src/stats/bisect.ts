/** Inverts distribution functions that have no closed inverse. */

/** The x between `low` and `high` where a non-decreasing function passes `target`, to a relative 1e-14. */
export function bisect(increasing: (x: number) => number, target: number, low: number, high: number): number {
  let below = low;
  let above = high;
  while (above - below > 1e-14 * Math.max(Math.abs(below), Math.abs(above))) {
    const middle = (below + above) / 2;
    if (middle === below || middle === above) return middle;
    if (increasing(middle) < target) below = middle;
    else above = middle;
  }
  return (below + above) / 2;
}
