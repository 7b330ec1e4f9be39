/** Percentiles of few values that each stand for many. @see LatencyRecorder for many that each stand for themselves */
import { nearestRank } from "./quantile.ts";

export class CountedRecorder {
  #values = new Float64Array(64);
  #counts = new Float64Array(64);
  #size = 0;
  #n = 0;
  /** Where stretches of rising values begin. */
  readonly #rises: number[] = [];
  // What stretches are merged into.
  #mergedValues = new Float64Array(64);
  #mergedCounts = new Float64Array(64);

  /** Best in stretches that rise. */
  add(value: number, count: number): void {
    const at = this.#size;
    if (at === this.#values.length) this.#grow();
    if (at === 0 || value < (this.#values[at - 1] as number)) this.#rises.push(at);
    this.#values[at] = value;
    this.#counts[at] = count;
    this.#size = at + 1;
    this.#n += count;
  }

  /** Nearest rank; `p` in 0..1. NaN without values. */
  percentile(p: number): number {
    if (this.#n === 0) return Number.NaN;
    while (this.#rises.length > 1) this.#mergeLastTwo();
    let left = nearestRank(p, this.#n);
    let at = 0;
    while (left > (this.#counts[at] as number)) left -= this.#counts[at++] as number;
    return this.#values[at] as number;
  }

  clear(): void {
    this.#size = 0;
    this.#n = 0;
    this.#rises.length = 0;
  }

  #mergeLastTwo(): void {
    const [values, counts] = [this.#values, this.#counts];
    const [mergedValues, mergedCounts] = [this.#mergedValues, this.#mergedCounts];
    const middle = this.#rises.pop() as number;
    const from = this.#rises.at(-1) as number;
    let [a, b] = [from, middle];
    for (let at = from; at < this.#size; at++) {
      const next = b === this.#size || (a < middle && (values[a] as number) <= (values[b] as number)) ? a++ : b++;
      mergedValues[at] = values[next] as number;
      mergedCounts[at] = counts[next] as number;
    }
    for (let at = from; at < this.#size; at++) {
      values[at] = mergedValues[at] as number;
      counts[at] = mergedCounts[at] as number;
    }
  }

  #grow(): void {
    const larger = (each: Float64Array): Float64Array<ArrayBuffer> => {
      const made = new Float64Array(2 * each.length);
      made.set(each);
      return made;
    };
    this.#values = larger(this.#values);
    this.#counts = larger(this.#counts);
    this.#mergedValues = larger(this.#mergedValues);
    this.#mergedCounts = larger(this.#mergedCounts);
  }
}
