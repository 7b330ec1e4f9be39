/**
 * Percentiles, mean and extremes of many latencies. Exact while there are at most a million; beyond that the samples
 * turn into a log histogram, good to 1/1024, and the memory stays at 256 KiB. Hot: one `add` a request.
 */
import { Sum } from "../kernel/index.ts";
import { type BucketCounts, LogHistogram } from "./log-histogram.ts";
import { nearestRank, percentileOfSorted } from "./quantile.ts";

export type PercentileEstimator = "exact" | "log-histogram";

/** As many samples are kept exactly (8 MB). */
export const EXACT_LIMIT = 1e6;
/** Below this many samples a sort costs less than an index. */
const FEW_SAMPLES = 4096;

export class LatencyRecorder {
  readonly #exactLimit: number;
  #samples: Float64Array;
  #sampleCount = 0;
  #sorted = true;
  /** Counts of the exact samples: an exact percentile sorts one bucket, not a million samples. */
  #index: LogHistogram | undefined;
  #histogram: LogHistogram | undefined;
  #sum = new Sum();
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  constructor(exactLimit = EXACT_LIMIT) {
    this.#exactLimit = exactLimit;
    this.#samples = new Float64Array(Math.min(256, exactLimit));
  }

  /** @throws {RangeError} unless `value` >= 0. */
  add(value: number): void {
    if (!(value >= 0)) badLatency(value);
    this.#sum.add(value);
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (this.#histogram === undefined) this.#keep(value);
    else this.#histogram.add(value);
  }

  /** Of each of the first `size` values as many samples as `counts` says, by buckets from here on. @throws {RangeError} unless values are >= 0 */
  addMany(values: ArrayLike<number>, counts: ArrayLike<number>, size: number): void {
    const histogram = this.#toHistogram();
    let sum = 0;
    for (let i = 0; i < size; i++) {
      const count = counts[i] as number;
      if (count === 0) continue;
      const value = values[i] as number;
      if (!(value >= 0)) badLatency(value);
      if (value < this.#min) this.#min = value;
      if (value > this.#max) this.#max = value;
      sum += value * count;
      histogram.add(value, count);
    }
    this.#sum.add(sum);
  }

  get n(): number {
    return this.#histogram === undefined ? this.#sampleCount : this.#histogram.n;
  }

  /** How percentiles are known. */
  get estimator(): PercentileEstimator {
    return this.#histogram === undefined ? "exact" : "log-histogram";
  }

  /** NaN without samples, as are `min`, `max` and `percentile`. */
  get mean(): number {
    return this.#sum.value / this.n;
  }

  /** Of all samples. */
  get sum(): number {
    return this.#sum.value;
  }

  get min(): number {
    return this.n === 0 ? Number.NaN : this.#min;
  }

  get max(): number {
    return this.n === 0 ? Number.NaN : this.#max;
  }

  /** Nearest rank; `p` in 0..1. */
  percentile(p: number): number {
    if (this.#histogram === undefined) return this.#exactPercentile(p);
    const rank = nearestRank(p, this.n);
    if (rank === this.n) return this.#max;
    return Math.min(this.#max, Math.max(this.#min, this.#histogram.valueAtRank(rank)));
  }

  /** All samples by buckets, to pool with those of other runs. */
  bucketCounts(): BucketCounts {
    return (this.#histogram ?? this.#indexed()).bucketCounts();
  }

  /** Takes in all samples of `other`, as if they had been added here. */
  merge(other: LatencyRecorder): void {
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    this.#sum.add(other.#sum.value);
    if (other.#histogram !== undefined) this.#toHistogram().merge(other.#histogram);
    for (let i = 0; i < other.#sampleCount; i++) {
      if (this.#histogram === undefined) this.#keep(other.#samples[i] as number);
      else this.#histogram.add(other.#samples[i] as number);
    }
  }

  /** Forgets everything but its buffer: for windows that follow each other. */
  clear(): void {
    this.#sampleCount = 0;
    this.#sorted = true;
    this.#index = undefined;
    this.#histogram = undefined;
    this.#sum = new Sum();
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = Number.NEGATIVE_INFINITY;
  }

  /** How many samples lie in each [edges[i], edges[i + 1]), the last interval closed; samples outside are left out. */
  countsBetween(edges: ArrayLike<number>): Float64Array {
    const counts = new Float64Array(Math.max(0, edges.length - 1));
    let interval = 0;
    const place = (value: number, count: number): void => {
      if (value < (edges[0] as number) || value > (edges[counts.length] as number)) return;
      while (interval < counts.length - 1 && value >= (edges[interval + 1] as number)) interval++;
      counts[interval] = (counts[interval] as number) + count;
    };
    if (counts.length === 0) return counts;
    if (this.#histogram === undefined) for (const value of this.#sortedSamples()) place(value, 1);
    else this.#histogram.visitBuckets((middle, count) => place(Math.min(this.#max, Math.max(this.#min, middle)), count));
    return counts;
  }

  #keep(value: number): void {
    if (this.#sampleCount === this.#samples.length) {
      if (this.#sampleCount === this.#exactLimit) {
        this.#toHistogram().add(value);
        return;
      }
      this.#grow();
    }
    this.#samples[this.#sampleCount++] = value;
    this.#sorted = false;
    this.#index = undefined;
  }

  #exactPercentile(p: number): number {
    if (this.#sorted || this.#sampleCount < FEW_SAMPLES) return percentileOfSorted(this.#sortedSamples(), p);
    const samples = this.#samples.subarray(0, this.#sampleCount);
    const index = this.#indexed();
    const rank = nearestRank(p, samples.length);
    const { bucket, before } = index.bucketAtRank(rank);
    const inBucket: number[] = []; // `filter` would copy all samples first
    for (let i = 0; i < samples.length; i++) {
      const value = samples[i] as number;
      if (index.bucketOf(value) === bucket) inBucket.push(value);
    }
    return Float64Array.from(inBucket).sort()[rank - before - 1] as number;
  }

  #indexed(): LogHistogram {
    if (this.#index !== undefined) return this.#index;
    const index = new LogHistogram();
    for (let i = 0; i < this.#sampleCount; i++) index.add(this.#samples[i] as number);
    this.#index = index;
    return index;
  }

  #grow(): void {
    const larger = new Float64Array(Math.min(this.#exactLimit, 2 * this.#samples.length));
    larger.set(this.#samples);
    this.#samples = larger;
  }

  #toHistogram(): LogHistogram {
    if (this.#histogram !== undefined) return this.#histogram;
    this.#histogram = new LogHistogram();
    for (let i = 0; i < this.#sampleCount; i++) this.#histogram.add(this.#samples[i] as number);
    this.#sampleCount = 0;
    this.#samples = new Float64Array(256);
    return this.#histogram;
  }

  #sortedSamples(): Float64Array {
    const samples = this.#samples.subarray(0, this.#sampleCount);
    if (!this.#sorted) samples.sort();
    this.#sorted = true;
    return samples;
  }
}

function badLatency(value: number): never {
  throw new RangeError(`a latency is at least 0, got ${value}`);
}

/** `count` + 1 edges from `low` > 0 to `high` with equal ratios. */
export function logEdges(low: number, high: number, count: number): Float64Array {
  const edges = Float64Array.from({ length: count + 1 }, (_, i) => low * Math.exp((i / count) * Math.log(high / low)));
  edges[count] = high;
  return edges;
}
