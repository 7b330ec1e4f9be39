/** Notices any change of a distribution, not only of its mean: a fixed reference window against a sliding one. */
import { sortedDistance, twoSamplePValue } from "./goodness.ts";

export interface KsDriftSpec {
  /** Samples in each window. */
  readonly windowCount: number;
  /**
   * Samples from one test to the next. At `windowCount` the windows do not overlap and a test raises a false alarm with
   * chance `alpha`; below, tests are correlated and false alarms come sooner in samples, later in tests.
   */
  readonly everyCount: number;
  /** In (0, 1), for a single test. */
  readonly alpha: number;
}

/**
 * The first `windowCount` samples are the reference; every `everyCount` samples after, the latest `windowCount` are held
 * against it by a two-sample Kolmogorov-Smirnov test. O(window^2) a test up to 1000.
 */
export class KsDrift {
  readonly #spec: KsDriftSpec;
  readonly #reference: Float64Array;
  readonly #recent: Float64Array;
  #n = 0;
  #pValue = 1;

  /** @throws {RangeError} for a spec out of range. */
  constructor(spec: KsDriftSpec) {
    if (!(spec.windowCount >= 2 && spec.everyCount >= 1 && spec.alpha > 0 && spec.alpha < 1))
      throw new RangeError(`no drift detector from ${JSON.stringify(spec)}`);
    this.#spec = spec;
    this.#reference = new Float64Array(spec.windowCount);
    this.#recent = new Float64Array(spec.windowCount);
  }

  /** True if this sample completes a test and the test finds a change. */
  add(value: number): boolean {
    const { windowCount, everyCount, alpha } = this.#spec;
    const n = this.#n++;
    if (n < windowCount) {
      this.#reference[n] = value;
      if (n === windowCount - 1) this.#reference.sort();
      return false;
    }
    this.#recent[n % windowCount] = value;
    const seen = n + 1 - 2 * windowCount;
    if (seen < 0 || seen % everyCount !== 0) return false;
    this.#pValue = twoSamplePValue(sortedDistance(this.#reference, this.#recent.slice().sort()), windowCount, windowCount);
    return this.#pValue <= alpha;
  }

  /** Of the latest test; 1 before the first. */
  get pValue(): number {
    return this.#pValue;
  }

  /** Starts over with a new reference. */
  reset(): void {
    this.#n = 0;
    this.#pValue = 1;
  }
}
