/** Mean and variance of a stream of vectors, entry by entry, and vectors measured by them. */
import type { Floats } from "./spaces.ts";

const VARIANCE_MIN = 1e-8; // so that a number that never changed is divided by 1e-4, not by 0
const CLIP = 10; // standard deviations; as in OpenAI's baselines and CleanRL

export interface RunningNormState {
  readonly count: number;
  readonly means: readonly number[];
  /** Sums of squared distances from the mean. */
  readonly squares: readonly number[];
}

/** @see Welford 1962; Chan, Golub & LeVeque 1983. */
export class RunningNorm {
  #count = 0;
  readonly #means: Float64Array;
  readonly #squares: Float64Array;

  constructor(size: number) {
    this.#means = new Float64Array(size);
    this.#squares = new Float64Array(size);
  }

  /** Vectors seen. */
  get count(): number {
    return this.#count;
  }

  mean(i: number): number {
    return this.#means[i] as number;
  }

  /** Population variance; 1 as long as nothing was seen. */
  variance(i: number): number {
    return this.#count === 0 ? 1 : (this.#squares[i] as number) / this.#count;
  }

  /** Takes in one vector or several, row by row. @throws {RangeError} if these are no whole rows. */
  add(rows: Floats): void {
    const size = this.#means.length;
    if (rows.length % size !== 0) throw new RangeError(`${rows.length} numbers are no whole rows of ${size}`);
    for (let start = 0; start < rows.length; start += size) {
      this.#count++;
      for (let i = 0; i < size; i++) {
        const value = rows[start + i] as number;
        const before = value - this.mean(i);
        this.#means[i] = this.mean(i) + before / this.#count;
        this.#squares[i] = (this.#squares[i] as number) + before * (value - this.mean(i));
      }
    }
  }

  /** Writes (value - mean) / standard deviation, within 10 of them, for one vector or several. `out` may be `rows`. */
  normalizeInto(rows: Floats, out: Floats): void {
    const size = this.#means.length;
    for (let k = 0; k < rows.length; k++) {
      const i = k % size;
      const scaled = ((rows[k] as number) - this.mean(i)) / Math.sqrt(this.variance(i) + VARIANCE_MIN);
      out[k] = Math.min(Math.max(scaled, -CLIP), CLIP);
    }
  }

  save(): RunningNormState {
    return { count: this.#count, means: [...this.#means], squares: [...this.#squares] };
  }

  /** @throws {RangeError} if the state is of vectors of another size. */
  restore({ count, means, squares }: RunningNormState): void {
    const size = this.#means.length;
    if (means.length !== size || squares.length !== size)
      throw new RangeError(`a saved norm of ${means.length} entries, ${size} are needed`);
    this.#count = count;
    this.#means.set(means);
    this.#squares.set(squares);
  }
}
