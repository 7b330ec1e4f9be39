/**
 * The mean of one long, correlated series and how far to trust it. Neighbouring samples are averaged into batches until
 * batches no longer follow each other, and a t interval is taken over those. Hot: one `add` a sample.
 * @see Fishman, Grouping observations in digital simulation, Management Science 24(5), 1978.
 */
import { Sum } from "../kernel/index.ts";
import { mean, tQuantile, variance } from "./interval.ts";

/** When so many batches are full, neighbours merge and the batch size doubles: 20 to 39 full batches, in O(1) memory. */
const MOST_BATCHES = 40;
/** Merging for independence stops here: fewer make the t interval needlessly wide. */
const LEAST_BATCHES = 10;
/** One-sided 95 % point of the normal law. */
const Z_ONE_SIDED = 1.6448536269514722;

export interface BatchMeansInterval {
  /** Of all samples, those in the last, unfinished batch included; NaN without samples. */
  readonly mean: number;
  /** Of the interval around `mean`, in its unit; Infinity with fewer than ten batches. */
  readonly halfWidth: number;
  readonly batchCount: number;
  readonly batchSize: number;
  /** False if batches still follow each other at the last merge: the interval is then too narrow, the run too short. */
  readonly independent: boolean;
  readonly n: number;
}

export class BatchMeans {
  readonly #sums = new Float64Array(MOST_BATCHES);
  #full = 0;
  #size = 1;
  #openSum = 0;
  #openCount = 0;
  #n = 0;

  add(value: number): void {
    this.#n++;
    this.#openSum += value;
    if (++this.#openCount === this.#size) this.#closeBatch();
  }

  get n(): number {
    return this.#n;
  }

  get mean(): number {
    const total = new Sum();
    for (let i = 0; i < this.#full; i++) total.add(this.#sums[i] as number);
    total.add(this.#openSum);
    return total.value / this.#n;
  }

  /** `level` in (0, 1), such as 0.95. */
  interval(level: number): BatchMeansInterval {
    const size = this.#size;
    let means: Float64Array = this.#sums.slice(0, this.#full).map((sum) => sum / size);
    let independent = areIndependent(means);
    let merged = 1;
    while (!independent && means.length >= 2 * LEAST_BATCHES) {
      means = mergePairs(means);
      merged *= 2;
      independent = areIndependent(means);
    }
    const count = means.length;
    const halfWidth =
      count < LEAST_BATCHES ? Number.POSITIVE_INFINITY : tQuantile((1 + level) / 2, count - 1) * Math.sqrt(variance(means) / count);
    return { mean: this.mean, halfWidth, batchCount: count, batchSize: size * merged, independent, n: this.#n };
  }

  #closeBatch(): void {
    this.#sums[this.#full++] = this.#openSum;
    this.#openSum = 0;
    this.#openCount = 0;
    if (this.#full < MOST_BATCHES) return;
    this.#full = MOST_BATCHES / 2;
    for (let i = 0; i < this.#full; i++) this.#sums[i] = (this.#sums[2 * i] as number) + (this.#sums[2 * i + 1] as number);
    this.#size *= 2;
  }
}

/** The interval for a series at hand. */
export function batchMeans(values: ArrayLike<number>, level: number): BatchMeansInterval {
  const batches = new BatchMeans();
  for (let i = 0; i < values.length; i++) batches.add(values[i] as number);
  return batches.interval(level);
}

/** Averages neighbours; an odd last one is dropped. */
function mergePairs(means: Float64Array): Float64Array {
  return Float64Array.from({ length: means.length >> 1 }, (_, i) => ((means[2 * i] as number) + (means[2 * i + 1] as number)) / 2);
}

/**
 * Whether the values show no positive correlation from one to the next: von Neumann's ratio, one-sided at 5 %.
 * Under independence 1 - ratio/2 is about normal with variance (k - 2)/(k^2 - 1).
 * @see von Neumann, Annals of Mathematical Statistics 12(4), 1941.
 */
export function areIndependent(values: Float64Array): boolean {
  const k = values.length;
  if (k < 3) return false;
  const center = mean(values);
  let deviations = 0;
  let differences = 0;
  for (let i = 0; i < k; i++) {
    const value = values[i] as number;
    deviations += (value - center) * (value - center);
    if (i > 0) differences += (value - (values[i - 1] as number)) * (value - (values[i - 1] as number));
  }
  if (deviations === 0) return true;
  return 1 - differences / (2 * deviations) <= Z_ONE_SIDED * Math.sqrt((k - 2) / (k * k - 1));
}
