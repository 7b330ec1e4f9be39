/**
 * Intervals for any statistic of independent items by resampling them: one item a replication, or one pair a common seed.
 * @see Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapters 13 and 14.
 */
import type { Rng } from "../kernel/index.ts";
import { mean } from "./interval.ts";
import { normalCdf, normalQuantile } from "./laws.ts";
import { percentileOfSorted } from "./quantile.ts";

export interface BootstrapOptions {
  /** `percentile` reads the quantiles of the resampled statistics; `bca` first corrects bias and skew, and is the better of the two. */
  readonly method: "percentile" | "bca";
  /** In (0, 1), such as 0.95. */
  readonly level: number;
  /** 2000 or more for 95 %, 10 000 for 99 %. */
  readonly resamples: number;
}

export interface BootstrapInterval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/**
 * Interval for `statistic` of independent `items`. Both methods are too narrow for few items: see docs/statistics.md.
 * `statistic` gets an array that is reused; it must not keep it. @throws {RangeError} with fewer than two items.
 */
export function bootstrapInterval<Item>(
  items: readonly Item[],
  statistic: (items: readonly Item[]) => number,
  { method, level, resamples }: BootstrapOptions,
  rng: Rng,
): BootstrapInterval {
  const n = items.length;
  if (n < 2) throw new RangeError(`a bootstrap needs at least two items, got ${n}`);
  if (!(level > 0 && level < 1) || !(resamples >= 1)) throw new RangeError(`no bootstrap at level ${level} from ${resamples} resamples`);
  const estimate = statistic(items);
  const sorted = resampled(items, statistic, resamples, rng);
  const tails = [(1 - level) / 2, (1 + level) / 2] as const;
  const [low, high] = method === "percentile" ? tails : correctedTails(tails, sorted, estimate, acceleration(items, statistic));
  return { estimate, low: percentileOfSorted(sorted, low), high: percentileOfSorted(sorted, high), n };
}

/** The statistic of each of `resamples` samples with replacement, ascending. */
function resampled<Item>(items: readonly Item[], statistic: (items: readonly Item[]) => number, resamples: number, rng: Rng): Float64Array {
  const sample = items.slice();
  return Float64Array.from({ length: resamples }, () => {
    for (let i = 0; i < sample.length; i++) sample[i] = items[rng.int(items.length)] as Item;
    return statistic(sample);
  }).sort();
}

/** A sixth of the skewness of the statistic's jackknife values (eq. 14.15); 0 if they are all equal. */
function acceleration<Item>(items: readonly Item[], statistic: (items: readonly Item[]) => number): number {
  const left = items.map((_, i) => statistic(items.toSpliced(i, 1)));
  const center = mean(left);
  let squares = 0;
  let cubes = 0;
  for (const value of left) {
    const offset = center - value;
    squares += offset * offset;
    cubes += offset * offset * offset;
  }
  return squares === 0 ? 0 : cubes / (6 * squares * Math.sqrt(squares));
}

/** The shares at which to read the resampled statistics (eq. 14.10), bias counted with half of the ties. */
function correctedTails(tails: readonly [number, number], sorted: Float64Array, estimate: number, a: number): readonly [number, number] {
  let below = 0;
  for (const value of sorted) below += value < estimate ? 1 : value === estimate ? 0.5 : 0;
  // All resamples on one side would mean an infinite bias: half a resample is the least that can be known.
  const share = Math.min(sorted.length - 0.5, Math.max(0.5, below)) / sorted.length;
  const bias = normalQuantile(share);
  return [corrected(tails[0], bias, a), corrected(tails[1], bias, a)];
}

function corrected(tail: number, bias: number, a: number): number {
  const shifted = bias + normalQuantile(tail);
  const shrink = 1 - a * shifted;
  // At or past the pole of the correction stands its limit: the extreme resample.
  if (shrink <= 0) return shifted > 0 ? 1 : 0;
  return normalCdf(bias + shifted / shrink);
}
