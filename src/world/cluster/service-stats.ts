/** What is measured of one service: counts, latencies, SLO windows, areas. Hot: bench/run.ts. */
import { Sum } from "../../kernel/index.ts";
import { BatchMeans, LatencyRecorder } from "../../stats/index.ts";

/** How a request ended, for good. */
export const OUTCOME = { finished: 0, rejected: 1, failed: 2, timedOut: 3, dropped: 4 } as const;
export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];
export const OUTCOME_NAMES = ["finished", "rejected", "failed", "timed-out", "dropped"] as const;
const noneEnded = (): number[] => OUTCOME_NAMES.map(() => 0);

export interface Slo {
  /** Infinity where it names none; likewise below. */
  readonly latencyS: number;
  /** Of models that write by steps: time to the first token, and per token from then on. */
  readonly ttftS: number;
  readonly tpotS: number;
  readonly percentile: number;
  readonly windowS: number;
}

/** Latencies of requests that one record stands for, in parts that rise. */
export interface LatencySpread {
  /** Parts. */
  readonly size: number;
  /** How many have it, and their mean latency, seconds, by part. */
  readonly counts: Float64Array;
  readonly meanS: Float64Array;
  /** Parts that meet the SLO: the first ones. */
  readonly goodSize: number;
}

/** Counts of one service or class, by intended arrival at or after the warm-up. */
export class RequestTally {
  arrived = 0;
  readonly ended = noneEnded();
  /** Finished within the SLO. */
  good = 0;
  readonly latencyS: LatencyRecorder;
  /** Undefined where no requests follow each other: of a fluid service. */
  readonly latencyBatches: BatchMeans | undefined;
  readonly waitS = new Sum();
  readonly energyJ = new Sum();
  readonly carbonG = new Sum();

  constructor(isFluid: boolean) {
    this.latencyS = isFluid ? new LatencyRecorder(0) : new LatencyRecorder();
    this.latencyBatches = isFluid ? undefined : new BatchMeans();
  }

  get finished(): number {
    return this.ended[OUTCOME.finished] as number;
  }

  /** Counts a request that ended. */
  add(request: EndedRequest, latencyS: number, isGood: boolean): void {
    this.ended[request.outcome] = (this.ended[request.outcome] as number) + request.count;
    if (request.outcome !== OUTCOME.finished) return;
    if (isGood) this.good++;
    this.latencyS.add(latencyS);
    this.latencyBatches?.add(latencyS);
    this.#addUse(request);
  }

  /** Counts requests that finished, and how many of them within the SLO. */
  addTogether(request: EndedRequest, { size, counts, meanS }: LatencySpread, goodCount: number): void {
    this.ended[OUTCOME.finished] = this.finished + request.count;
    this.good += goodCount;
    this.latencyS.addMany(meanS, counts, size);
    this.#addUse(request);
  }

  #addUse({ arrivalS, startS, energyJ, carbonG, count }: EndedRequest): void {
    this.waitS.add((startS - arrivalS) * count);
    this.energyJ.add(energyJ * count);
    this.carbonG.add(carbonG * count);
  }
}

export class ServiceStats {
  readonly warmupS: number;
  /** Of all classes: its latency is Infinity too where each class has one of its own. */
  readonly slo: Slo | undefined;
  /** Of each class, where they differ. */
  readonly #latenciesS: readonly (number | undefined)[];
  readonly total: RequestTally;
  /** One tally a class, in declared order, of models one a model before them; empty without classes. */
  readonly classes: readonly RequestTally[];

  // The whole run, for the books.
  arrivedCount = 0;
  readonly endedCount = noneEnded();
  attemptCount = 0;
  attemptsFailed = 0;
  oomRestarts = 0;
  /** Work done by stretches that ended, reference-core seconds. */
  readonly workDoneS = new Sum();
  /** Joules, grams and time in system of requests that ended and are not in `total`: those before the warm-up, and unfinished ones. */
  readonly #otherEnergyJ = new Sum();
  readonly #otherCarbonG = new Sum();
  readonly #otherS = new Sum();
  readonly #areaS = new Sum();
  #inSystem = 0;
  #areaAtS = 0;

  // SLO windows from the end of the warm-up, by intended arrival.
  windowArrived = new Float64Array(64);
  windowGood = new Float64Array(64);
  windowCount = 0;

  /** @param options `latenciesS`: SLO of each class, where it has its own; `isFluid`: does a record stand for many? */
  constructor(options: { warmupS: number; slo: Slo | undefined; latenciesS: readonly (number | undefined)[]; isFluid?: boolean }) {
    const { isFluid = false } = options;
    this.total = new RequestTally(isFluid);
    this.warmupS = options.warmupS;
    this.slo = options.slo;
    this.#latenciesS = options.slo === undefined ? [] : options.latenciesS;
    this.classes = options.latenciesS.map(() => new RequestTally(isFluid));
  }

  /** The latency that the SLO asks of a request of a class, or of a model and a class (NONE without); Infinity where it asks none. */
  sloLatencyS(classIndex: number, tierIndex = classIndex): number {
    return this.#latencyOf(tierIndex) ?? this.#latencyOf(classIndex) ?? this.slo?.latencyS ?? Infinity;
  }

  /** Was it answered within the SLO? What is NaN of it does not exist: it misses nothing. */
  isGood({ outcome, arrivalS, sloS, firstTokenS, tokenGapS }: EndedRequest, latencyS: number): boolean {
    if (this.slo === undefined || outcome !== OUTCOME.finished || latencyS > sloS) return false;
    return !(firstTokenS - arrivalS > this.slo.ttftS) && !(tokenGapS > this.slo.tpotS);
  }

  #latencyOf(index: number): number | undefined {
    return index >= 0 && index < this.#latenciesS.length ? this.#latenciesS[index] : undefined;
  }

  get inSystem(): number {
    return this.#inSystem;
  }

  /** Area under the number in system up to `nowS`, request-seconds. */
  areaS(nowS: number): number {
    this.#moveArea(nowS);
    return this.#areaS.value;
  }

  arrived({ arrivalS: nowS, classIndex, tierIndex, count }: EndedRequest): void {
    this.#moveArea(nowS);
    this.#inSystem += count;
    this.arrivedCount += count;
    if (nowS < this.warmupS) return;
    this.total.arrived += count;
    if (this.classes.length > 0) (this.classes[classIndex] as RequestTally).arrived += count;
    if (tierIndex >= 0) (this.classes[tierIndex] as RequestTally).arrived += count;
    if (this.slo !== undefined) {
      const window = this.#window(nowS, this.slo.windowS);
      this.windowArrived[window] = (this.windowArrived[window] as number) + count;
    }
  }

  /** Books a request's end. `startS` is when its last attempt first ran. */
  ended(request: EndedRequest, nowS: number): void {
    this.#moveArea(nowS);
    const { outcome, arrivalS, energyJ, carbonG, count } = request;
    this.#inSystem -= count;
    this.endedCount[outcome] = (this.endedCount[outcome] as number) + count;
    const latencyS = nowS - arrivalS;
    const isMeasured = arrivalS >= this.warmupS;
    if (!isMeasured || outcome !== OUTCOME.finished) {
      this.#otherEnergyJ.add(energyJ * count);
      this.#otherCarbonG.add(carbonG * count);
      this.#otherS.add(latencyS * count);
      if (!isMeasured) return;
    }
    const isGood = this.isGood(request, latencyS);
    const { tierIndex } = request;
    this.total.add(request, latencyS, isGood);
    if (this.classes.length > 0) (this.classes[request.classIndex] as RequestTally).add(request, latencyS, isGood);
    if (tierIndex >= 0) (this.classes[tierIndex] as RequestTally).add(request, latencyS, isGood);
    if (this.slo !== undefined && isGood) {
      const window = this.#window(arrivalS, this.slo.windowS);
      this.windowGood[window] = (this.windowGood[window] as number) + count;
    }
  }

  /** Books the answers to all that `request` stands for: joules and grams are of each, its start is the mean one. */
  endedTogether(request: EndedRequest, spread: LatencySpread): void {
    const { size, counts, meanS, goodSize } = spread;
    const { arrivalS, energyJ, carbonG, count, classIndex } = request;
    let goodCount = 0;
    let sumS = 0;
    for (let i = 0; i < size; i++) {
      const part = counts[i] as number;
      sumS += part * (meanS[i] as number);
      if (i < goodSize) goodCount += part;
    }
    this.#moveArea(arrivalS + sumS / count);
    this.#inSystem -= count;
    this.endedCount[OUTCOME.finished] = (this.endedCount[OUTCOME.finished] as number) + count;
    if (arrivalS < this.warmupS) {
      this.#otherEnergyJ.add(energyJ * count);
      this.#otherCarbonG.add(carbonG * count);
      this.#otherS.add(sumS);
      return;
    }
    if (this.slo === undefined) goodCount = 0;
    this.total.addTogether(request, spread, goodCount);
    if (this.classes.length > 0) (this.classes[classIndex] as RequestTally).addTogether(request, spread, goodCount);
    if (this.slo === undefined) return;
    const window = this.#window(arrivalS, this.slo.windowS);
    this.windowGood[window] = (this.windowGood[window] as number) + goodCount;
  }

  /** Joules of every request that ended, however it ended; likewise below. */
  get endedEnergyJ(): number {
    return this.total.energyJ.value + this.#otherEnergyJ.value;
  }
  get endedCarbonG(): number {
    return this.total.carbonG.value + this.#otherCarbonG.value;
  }
  /** Their time in system: Little's law compares it with the area. */
  get endedSojournS(): number {
    return this.total.latencyS.sum + this.#otherS.value;
  }

  #moveArea(nowS: number): void {
    this.#areaS.add(this.#inSystem * (nowS - this.#areaAtS));
    this.#areaAtS = nowS;
  }

  #window(arrivalS: number, windowS: number): number {
    const window = Math.floor((arrivalS - this.warmupS) / windowS);
    if (window >= this.windowCount) this.#openWindows(window + 1);
    return window;
  }

  #openWindows(count: number): void {
    this.windowCount = count;
    if (count <= this.windowArrived.length) return;
    const size = Math.max(count, this.windowArrived.length * 2);
    const arrived = new Float64Array(size);
    arrived.set(this.windowArrived);
    const good = new Float64Array(size);
    good.set(this.windowGood);
    this.windowArrived = arrived;
    this.windowGood = good;
  }
}

/** What is known of a request that ended. The record is used again: read it at once. */
export interface EndedRequest {
  id: number;
  outcome: Outcome;
  attempt: number;
  count: number;
  classIndex: number;
  tierIndex: number;
  arrivalS: number;
  sloS: number;
  startS: number;
  firstTokenS: number;
  tokenGapS: number;
  energyJ: number;
  carbonG: number;
  /** Where its last attempt ran or waited, or NONE. */
  replica: number;
}
