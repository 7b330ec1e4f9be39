/**
 * The mean of one long, correlated series and how far to trust it. Neighbouring samples are averaged into batches; the
 * interval is the wider of two: over 20 to 39 batches, widened by what correlation is left between them, and over 5 to 9
 * larger ones. Hot: one `add` a sample.
 * @see Fishman, Grouping observations in digital simulation, Management Science 24(5), 1978.
 */
import { Sum } from "../kernel/index.ts";
import { mean, tQuantile, variance } from "./interval.ts";

/** When so many batches are full, neighbours merge and the batch size doubles: 20 to 39 full batches, in O(1) memory. */
const MOST_BATCHES = 40;
/** From fewer the interval is not finite. */
const LEAST_BATCHES = 10;
/** The second interval merges neighbours until fewer than twice as many are left. */
const LARGE_BATCHES = 5;
/** A correlation beyond this cannot be told from a trend by so few batches. */
const CORRELATION_MAX = 0.9;
/** One-sided 95 % point of the normal law. */
const Z_ONE_SIDED = 1.6448536269514722;

export interface BatchMeansInterval {
  /** Of all samples, those in the last, unfinished batch included; NaN without samples. */
  readonly mean: number;
  /** Of the interval around `mean`, in its unit; Infinity with fewer than ten batches. */
  readonly halfWidth: number;
  readonly batchCount: number;
  readonly batchSize: number;
  /** False if batches still follow each other: the run is too short, and the interval, though widened, may be too narrow. */
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
    const means = this.#sums.slice(0, this.#full).map((sum) => sum / size);
    const count = means.length;
    return {
      mean: this.mean,
      halfWidth: count < LEAST_BATCHES ? Number.POSITIVE_INFINITY : Math.max(widened(means, level), ofLargeBatches(means, level)),
      batchCount: count,
      batchSize: size,
      independent: areIndependent(means),
      n: this.#n,
    };
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

/**
 * Half-width where batches follow each other as an autoregressive series of order one does: correlation r leaves as much
 * information as (1 - r)/(1 + r) times as many independent batches.
 * @see Law, Simulation Modeling and Analysis, 5th ed., 9.5.3 (batch means, autoregressive method).
 */
function widened(means: Float64Array, level: number): number {
  const r = Math.min(CORRELATION_MAX, Math.max(0, serialCorrelation(means)));
  const inflation = (1 + r) / (1 - r);
  const degrees = Math.max(1, (means.length - 1) / inflation);
  return tQuantile((1 + level) / 2, degrees) * Math.sqrt((inflation * variance(means)) / means.length);
}

function ofLargeBatches(means: Float64Array, level: number): number {
  const per = Math.floor(means.length / LARGE_BATCHES);
  const large = Float64Array.from({ length: Math.floor(means.length / per) }, (_, i) => mean(means.subarray(i * per, (i + 1) * per)));
  return tQuantile((1 + level) / 2, large.length - 1) * Math.sqrt(variance(large) / large.length);
}

/** Whether the values show no positive correlation from one to the next: von Neumann's ratio, one-sided at 5 %. */
export function areIndependent(values: Float64Array): boolean {
  const k = values.length;
  // Under independence the correlation is about normal with mean 0 and variance (k - 2)/(k^2 - 1).
  return k >= 3 && serialCorrelation(values) <= Z_ONE_SIDED * Math.sqrt((k - 2) / (k * k - 1));
}

/**
 * Correlation from one value to the next, 1 - ratio/2 of von Neumann's ratio; 0 for a constant.
 * @see von Neumann, Annals of Mathematical Statistics 12(4), 1941.
 */
function serialCorrelation(values: Float64Array): number {
  const center = mean(values);
  let deviations = 0;
  let differences = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    deviations += (value - center) * (value - center);
    if (i > 0) differences += (value - (values[i - 1] as number)) * (value - (values[i - 1] as number));
  }
  return deviations === 0 ? 0 : 1 - differences / (2 * deviations);
}
