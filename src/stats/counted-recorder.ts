/** Percentiles of few values that each stand for many. @see LatencyRecorder for many that each stand for themselves */
import { nearestRank } from "./quantile.ts";

export class CountedRecorder {
  // Kept in order of the values.
  #values = new Float64Array(64);
  #counts = new Float64Array(64);
  #size = 0;
  #n = 0;

  /** Best in rising order. */
  add(value: number, count: number): void {
    if (this.#size === this.#values.length) this.#grow();
    const values = this.#values;
    const counts = this.#counts;
    let at = this.#size++;
    for (; at > 0 && (values[at - 1] as number) > value; at--) {
      values[at] = values[at - 1] as number;
      counts[at] = counts[at - 1] as number;
    }
    values[at] = value;
    counts[at] = count;
    this.#n += count;
  }

  /** Nearest rank; `p` in 0..1. NaN without values. */
  percentile(p: number): number {
    if (this.#n === 0) return Number.NaN;
    let left = nearestRank(p, this.#n);
    let at = 0;
    while (left > (this.#counts[at] as number)) left -= this.#counts[at++] as number;
    return this.#values[at] as number;
  }

  clear(): void {
    this.#size = 0;
    this.#n = 0;
  }

  #grow(): void {
    const [values, counts] = [this.#values, this.#counts].map((each) => {
      const larger = new Float64Array(2 * each.length);
      larger.set(each);
      return larger;
    }) as [Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>];
    this.#values = values;
    this.#counts = counts;
  }
}
