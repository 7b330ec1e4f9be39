/**
 * Page-Hinkley: a cumulative sum around the running mean, for a series whose mean is not known beforehand.
 * @see Hinkley, Inference about the change-point from cumulative sum tests, Biometrika 58(3), 1971.
 * @see Gama et al., A survey on concept drift adaptation, ACM Computing Surveys 46(4), 2014, 3.2.1.
 */
import type { Drift } from "./cusum.ts";

export interface PageHinkleySpec {
  /** In the unit of the values, >= 0: half of the shift that matters. */
  readonly slack: number;
  /** In the unit of the values, > 0. */
  readonly threshold: number;
  /** Samples that only teach the mean. With many, run lengths are those of a CUSUM with the same slack and threshold. */
  readonly learnCount: number;
}

/** Watches both sides. The mean keeps learning, so a slow drift is forgiven: that is what it is for. */
export class PageHinkley {
  readonly #spec: PageHinkleySpec;
  #n = 0;
  #mean = 0;
  /** Height of the sum above its lowest point so far, and of the mirrored sum. */
  #up = 0;
  #down = 0;

  /** @throws {RangeError} for a spec out of range. */
  constructor(spec: PageHinkleySpec) {
    if (!(spec.slack >= 0 && spec.threshold > 0 && spec.learnCount >= 0))
      throw new RangeError(`no Page-Hinkley test from ${JSON.stringify(spec)}`);
    this.#spec = spec;
  }

  add(value: number): Drift | undefined {
    const { slack, threshold, learnCount } = this.#spec;
    this.#mean += (value - this.#mean) / ++this.#n;
    if (this.#n <= learnCount) return undefined;
    const offset = value - this.#mean;
    this.#up = Math.max(0, this.#up + offset - slack);
    this.#down = Math.max(0, this.#down - offset - slack);
    return this.#up > threshold ? "up" : this.#down > threshold ? "down" : undefined;
  }

  /** Forgets the sums and the mean: what follows is the new normal. */
  reset(): void {
    this.#n = 0;
    this.#mean = 0;
    this.#up = 0;
    this.#down = 0;
  }
}
