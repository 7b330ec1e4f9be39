/**
 * Where the warm-up of a series ends: the cut after which the mean of the rest is known best.
 * Of all cuts d in the first half, takes the least squared-error sum / (k - d)^2 over means of five.
 * @see White, An effective truncation heuristic for bias reduction in simulation output, Simulation 69(6), 1997.
 */
const GROUP = 5;
/** Fewer values than these tell nothing. */
export const MSER5_VALUES_MIN = 2 * GROUP;

export interface Truncation {
  /** Leading values to drop, a multiple of five. */
  readonly dropCount: number;
  /** False if the best cut is the last one allowed, half of the series: the run is too short to tell. */
  readonly settled: boolean;
}

/** @throws {RangeError} with fewer than `MSER5_VALUES_MIN` values. */
export function mser5(values: ArrayLike<number>): Truncation {
  const groups = Math.floor(values.length / GROUP);
  if (groups < 2) throw new RangeError(`MSER-5 needs at least ${MSER5_VALUES_MIN} values, got ${values.length}`);
  const lastCut = groups >> 1;
  let count = 0;
  let center = 0;
  let squares = 0;
  let bestCut = lastCut;
  let best = Number.POSITIVE_INFINITY;
  for (let cut = groups - 1; cut >= 0; cut--) {
    // Welford's update, from the end backwards: `squares` is the sum over groups cut..k-1 around their own mean.
    const offset = groupMean(values, cut) - center;
    center += offset / ++count;
    squares += (offset * offset * (count - 1)) / count;
    const score = squares / (count * count);
    if (cut > lastCut || score > best) continue;
    best = score;
    bestCut = cut;
  }
  return { dropCount: bestCut * GROUP, settled: bestCut < lastCut };
}

function groupMean(values: ArrayLike<number>, group: number): number {
  let sum = 0;
  for (let i = group * GROUP; i < (group + 1) * GROUP; i++) sum += values[i] as number;
  return sum / GROUP;
}
