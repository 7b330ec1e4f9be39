/** What comes to a fluid service in an interval: counts, and the work that they bring. Hot: bench/learn-envs.ts. */
import { randomNormal } from "d3-random";
import type { Rng } from "../../../kernel/index.ts";
import { logGamma } from "../../../stats/index.ts";
import type { ArrivalProcess, ArrivalStream } from "../../workload/index.ts";
import type { WorkLaw } from "./work-law.ts";

export interface FluidArrivals {
  /** Squared coefficient of variation of the gaps. */
  readonly gapCv2: number;
  /** Requests of the interval: in the mean, and those that come; and by how much their work differs from that of the mean number, in requests of mean work. */
  readonly expected: number;
  readonly count: number;
  /** Work of each, in requests of mean work: other than 1 where it is known. */
  readonly requestWork: number;
  readonly surprise: number;
  /** That over its standard deviation; 0 where nothing is left to chance. */
  readonly deviation: number;
  /** By how much a request's interval deviates in the mean: of requests more are in intervals with many. */
  readonly sizeBias: number;
  /** Goes to the next interval, which ends before `toS`. */
  next(toS: number): void;
}

/**
 * Counts by law: Poisson ones exactly; of another renewal process as the central limit theorem has them, variance cv^2 times the
 * mean. So is the work that they bring, as a sum of independent works. Beside events, telemetry is as restless.
 */
export class DrawnArrivals implements FluidArrivals {
  readonly gapCv2: number;
  expected = 0;
  count = 0;
  readonly requestWork = 1;
  surprise = 0;
  deviation = 0;
  sizeBias = 0;
  readonly #stream: ArrivalStream;
  readonly #workCv2: number;
  readonly #countRng: Rng;
  readonly #countNormal: () => number;
  readonly #workNormal: () => number;
  #left = 0;
  /** How many were expected up to the end of the interval. */
  #by = 0;

  constructor(stream: ArrivalStream, work: WorkLaw, rng: Rng) {
    this.gapCv2 = stream.gapCv2;
    this.#stream = stream;
    this.#workCv2 = work.cv2;
    this.#countRng = rng.fork("count");
    this.#countNormal = randomNormal.source(this.#countRng.uniform)();
    this.#workNormal = randomNormal.source(rng.fork("work").uniform)();
  }

  next(toS: number): void {
    const by = this.#stream.expectedBy(toS);
    const expected = Math.max(0, by - this.#by);
    this.#by = by;
    this.expected = expected;
    this.count = this.gapCv2 === 1 ? poisson(expected, this.#countRng) : this.#renewals(expected);
    this.surprise = this.count - expected + workSurprise(this.count, this.#workCv2, this.#workNormal);
    const variance = expected * (this.gapCv2 + this.#workCv2);
    this.deviation = inDeviations(this.surprise, variance);
    this.sizeBias = inDeviations(this.gapCv2, variance); // the covariance of deviation and count over its mean
  }

  /** Whole ones; what is left of one, or was too few, goes to the next interval, so that rounding adds up to nothing. */
  #renewals(expected: number): number {
    const exact = this.#left + expected + Math.sqrt(expected * this.gapCv2) * this.#countNormal();
    const count = Math.max(0, Math.floor(exact + ROUNDING));
    this.#left = exact - count;
    return count;
  }
}

/** Rows of a trace as they come. */
export interface TraceRows {
  readonly process: ArrivalProcess;
  /** Work of the row that came last, seconds; undefined where a law says it. */
  readonly workS: ((row: number) => number) | undefined;
}

/** Counts and work of a trace. Its load is what came: of a trace nothing else is known. */
export class TracedArrivals implements FluidArrivals {
  /** Within an interval, for want of better: gaps of a trace say as much about how its rate changes. */
  readonly gapCv2 = 1;
  count = 0;
  requestWork = 1;
  surprise = 0;
  deviation = 0;
  /** Its counts are no chance. */
  readonly sizeBias = 0;
  readonly #rows: TraceRows;
  readonly #work: WorkLaw;
  readonly #workNormal: () => number;
  #nextS = Number.NaN;

  constructor(rows: TraceRows, work: WorkLaw, rng: Rng) {
    this.#rows = rows;
    this.#work = work;
    this.#workNormal = randomNormal.source(rng.fork("work").uniform)();
  }

  get expected(): number {
    return this.count * this.requestWork;
  }

  next(toS: number): void {
    const { process, workS } = this.#rows;
    if (Number.isNaN(this.#nextS)) this.#nextS = process.nextS();
    let sumS = 0;
    this.count = 0;
    for (; this.#nextS < toS; this.#nextS = process.nextS()) {
      this.count++;
      sumS += workS === undefined ? 0 : workS(process.row as number);
    }
    const { meanS, cv2 } = this.#work;
    if (workS === undefined) {
      this.surprise = workSurprise(this.count, cv2, this.#workNormal);
      this.deviation = inDeviations(this.surprise, this.count * cv2);
    } else {
      if (this.count > 0) this.requestWork = sumS / meanS / this.count;
      this.deviation = this.#workNormal();
    }
  }
}

const inDeviations = (surprise: number, variance: number): number => (variance > 0 ? surprise / Math.sqrt(variance) : 0);

/** By how much the work of `count` requests differs from its mean, in mean requests; never below nothing at all. */
function workSurprise(count: number, cv2: number, normal: () => number): number {
  return cv2 === 0 ? 0 : Math.max(-count, Math.sqrt(count * cv2) * normal());
}

/** A sum of intervals misses a whole number by no more. */
const ROUNDING = 1e-9;

/** From this mean on, rejection is faster than counting. */
const FEW = 10;

/**
 * A Poisson count: below ten by the product of uniforms, above by transformed rejection.
 * @see Hoermann, The transformed rejection method for generating Poisson random variables, Insurance: Mathematics and Economics 12, 1993 (PTRS).
 */
export function poisson(mean: number, { uniform }: Pick<Rng, "uniform">): number {
  if (mean < FEW) {
    const least = Math.exp(-mean);
    let count = -1;
    for (let product = 1; product > least || count < 0; product *= 1 - uniform()) count++;
    return count;
  }
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const quick = 0.9277 - 3.6224 / (b - 2);
  const logMean = Math.log(mean);
  for (;;) {
    const u = uniform() - 0.5;
    const v = 1 - uniform();
    const us = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= quick) return count;
    if (count < 0 || (us < 0.013 && v > us)) continue;
    if (Math.log((v * inverseAlpha) / (a / (us * us) + b)) <= count * logMean - mean - logGamma(count + 1)) return count;
  }
}
