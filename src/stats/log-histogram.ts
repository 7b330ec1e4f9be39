/**
 * Counts of non-negative values in 512 equal buckets per octave: a value is known to 1/1024 of itself.
 * Hot: the bucket is read off the number's bits (exponent, then the nine leading bits of the fraction), without a logarithm.
 */
const LOWEST_EXPONENT = -30; // smaller values, zero included, share the first bucket: 2^-30 s is about a nanosecond
const HIGHEST_EXPONENT = 34; // larger values share the last bucket: 2^34 s is some 540 years
const PER_OCTAVE = 512;
const BUCKETS = (HIGHEST_EXPONENT - LOWEST_EXPONENT) * PER_OCTAVE;
const FRACTION_SHIFT = 11; // of the 20 fraction bits in a double's upper word, nine stay
const FIRST_CODE = (LOWEST_EXPONENT + 1023) * PER_OCTAVE;
const UPPER_WORD = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0; // little-endian or not

/** A distribution by buckets of this file, ascending: values are known to 1/1024. */
export interface BucketCounts {
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
}

export class LogHistogram {
  readonly #counts = new Float64Array(BUCKETS);
  readonly #double = new Float64Array(1);
  readonly #words = new Uint32Array(this.#double.buffer);
  #n = 0;

  /** `value` >= 0. */
  add(value: number, count = 1): void {
    const bucket = this.bucketOf(value);
    this.#counts[bucket] = (this.#counts[bucket] as number) + count;
    this.#n += count;
  }

  /** The bucket a value falls in; buckets are in the order of their values. */
  bucketOf(value: number): number {
    this.#double[0] = value;
    const code = ((this.#words[UPPER_WORD] as number) >>> FRACTION_SHIFT) - FIRST_CODE;
    return code < 0 ? 0 : code >= BUCKETS ? BUCKETS - 1 : code;
  }

  get n(): number {
    return this.#n;
  }

  merge(other: LogHistogram): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++)
      this.#counts[bucket] = (this.#counts[bucket] as number) + (other.#counts[bucket] as number);
    this.#n += other.#n;
  }

  /** Middle of the bucket that holds the `rank`-th smallest value, rank from 1 to n. */
  valueAtRank(rank: number): number {
    return middleOf(this.bucketAtRank(rank).bucket);
  }

  /** The bucket that holds the `rank`-th smallest value, and how many values lie in the buckets before it. */
  bucketAtRank(rank: number): { readonly bucket: number; readonly before: number } {
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = this.#counts[bucket] as number;
      if (seen + count >= rank) return { bucket, before: seen };
      seen += count;
    }
    throw new RangeError(`rank ${rank} of ${this.#n} values`);
  }

  /** The buckets in use, in order, with their counts: plain data, to be stored or pooled. */
  bucketCounts(): BucketCounts {
    const buckets: number[] = [];
    const counts: number[] = [];
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = this.#counts[bucket] as number;
      if (count === 0) continue;
      buckets.push(bucket);
      counts.push(count);
    }
    return { buckets, counts };
  }

  /** Calls `visit` with the middle and the count of every bucket in use, smallest first. */
  visitBuckets(visit: (value: number, count: number) => void): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = this.#counts[bucket] as number;
      if (count > 0) visit(middleOf(bucket), count);
    }
  }
}

/** The value that stands for a bucket. */
export function middleOf(bucket: number): number {
  const octave = LOWEST_EXPONENT + Math.floor(bucket / PER_OCTAVE);
  const fraction = ((bucket % PER_OCTAVE) + 0.5) / PER_OCTAVE;
  return powerOfTwo(octave) * (1 + fraction);
}

function powerOfTwo(exponent: number): number {
  return exponent < 0 ? 1 / (2 << (-exponent - 1)) : exponent < 30 ? 1 << exponent : 1024 * powerOfTwo(exponent - 10);
}
