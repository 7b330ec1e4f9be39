/**
 * One server that runs batches of jobs, as the simulator released with the SSJF study does (Qiu et al., "Efficient interactive LLM serving
 * with proxy model-based sequence length prediction", 2024). A batch runs at rate 1 whatever its size. Written anew; variant.ts and
 * docs/serving-figures.md tell each quirk of that program and what it does to the figures.
 */
import type { Quirks } from "./variant.ts";

export interface Job {
  readonly arrivalS: number;
  /** Time alone on the server. */
  readonly workS: number;
}

/**
 * `whole`: a batch ends with its longest member ("dynamic batching"; one job at a time is a batch cap of 1). `continuous`: it ends with
 * its shortest, and the others queue again with what is left.
 */
export type Batching = "whole" | "continuous";

export interface ServerSpec {
  readonly batching: Batching;
  readonly batchMax: number;
  /** Ageing strikes after so many times the work, too. Absent: as released; Infinity: by time alone. */
  readonly ageingWorks?: number;
}

/** Ageing: whoever waited longest goes first once it waited this long, or this many times its work. */
export const AGEING_WAIT_S = 100;
export const AGEING_WORKS = 10;

/** When each job of a run ended, by its number; NaN if it was never run. Jobs come in order of arrival. */
export type Finishes = Float64Array;

/** In order of arrival. An unfinished batch goes back to the head of the queue. */
export function runFcfs(jobs: readonly Job[], { batching, batchMax }: ServerSpec, { batchWaitS }: Quirks): Finishes {
  const finishS = new Float64Array(jobs.length).fill(Number.NaN);
  const leftS = Float64Array.from(jobs, ({ workS }) => workS);
  const arrivalOf = (id: number | undefined): number => (jobs[id as number] as Job).arrivalS;
  const queue = jobs.map((_, id) => id);
  let nowS = 0;
  while (queue.length > 0) {
    nowS = Math.max(nowS, arrivalOf(queue[0]));
    const batch: number[] = [];
    while (queue.length > 0 && batch.length < batchMax && arrivalOf(queue[0]) <= nowS + batchWaitS) batch.push(queue.shift() as number);
    nowS = batch.length === batchMax ? Math.max(nowS, arrivalOf(batch.at(-1))) : nowS + batchWaitS;
    const { ranS, unfinished } = serve(batch, leftS, batching);
    nowS += ranS;
    for (const id of batch) if (!unfinished.includes(id)) finishS[id] = nowS;
    queue.unshift(...unfinished);
  }
  return finishS;
}

/** In order of `predictedS`, one for each job, with ageing; "oracle" knows the work. */
export function runShortestFirst(jobs: readonly Job[], server: ServerSpec, quirks: Quirks, predictedS: Float64Array | "oracle"): Finishes {
  const run = new ShortestFirst(jobs, quirks, predictedS);
  while (run.admit()) run.step(server);
  return run.finishS;
}

class ShortestFirst {
  readonly finishS: Float64Array;
  readonly #jobs: readonly Job[];
  readonly #quirks: Quirks;
  readonly #predictedS: Float64Array | "oracle";
  readonly #leftS: Float64Array;
  readonly #waitedS: Float64Array;
  /** Numbers of those that arrived and do not run. Its order decides ties. */
  readonly #queue: number[] = [];
  #arrived = 0;
  #nowS = 0;
  #lastEndS = 0;

  constructor(jobs: readonly Job[], quirks: Quirks, predictedS: Float64Array | "oracle") {
    this.#jobs = jobs;
    this.#quirks = quirks;
    this.#predictedS = predictedS;
    this.finishS = new Float64Array(jobs.length).fill(Number.NaN);
    this.#leftS = Float64Array.from(jobs, ({ workS }) => workS);
    this.#waitedS = new Float64Array(jobs.length);
  }

  /** Lets time pass to the next arrival if nobody waits. @returns false at the end. */
  admit(): boolean {
    if (this.#queue.length > 0) return true;
    const toCome = this.#jobs.length - this.#arrived;
    if (toCome === 0 || (toCome === 1 && this.#quirks.losesLastJob)) return false;
    this.#nowS = Math.max(this.#nowS, this.#job(this.#arrived).arrivalS);
    this.#enqueueArrived();
    return true;
  }

  /** Forms a batch, runs it, takes in who arrived meanwhile. */
  step({ batching, batchMax, ageingWorks = AGEING_WORKS }: ServerSpec): void {
    this.#sort(ageingWorks);
    const batch = this.#queue.splice(0, batchMax);
    const { ranS, unfinished } = serve(batch, this.#leftS, batching);
    this.#nowS += ranS;
    this.#enqueueArrived();
    for (const id of batch) if (!unfinished.includes(id)) this.finishS[id] = this.#nowS;
    this.#queue.push(...unfinished);
    for (const id of this.#queue) this.#waitedS[id] = this.#waitOf(id);
    this.#lastEndS = this.#nowS;
  }

  #waitOf(id: number): number {
    if (this.#quirks.countsWaitFromLastEnd) return (this.#waitedS[id] as number) + this.#nowS - this.#lastEndS;
    return this.#nowS - this.#job(id).arrivalS - this.#attainedS(id);
  }

  #sort(ageingWorks: number): void {
    const waitedS = (id: number): number => this.#waitedS[id] as number;
    const longest = this.#queue.reduce((best, id) => (waitedS(id) > waitedS(best) ? id : best));
    const isOld = waitedS(longest) > AGEING_WAIT_S || waitedS(longest) > ageingWorks * this.#ageingWorkS(longest);
    this.#queue.sort(isOld ? (a, b) => waitedS(b) - waitedS(a) : (a, b) => this.#keyS(a) - this.#keyS(b));
  }

  /** What a wait is compared with. */
  #ageingWorkS(id: number): number {
    return this.#quirks.keepsFirstPrediction ? (this.#leftS[id] as number) : this.#keyS(id);
  }

  #keyS(id: number): number {
    if (this.#predictedS === "oracle") return this.#leftS[id] as number;
    const predictedS = this.#predictedS[id] as number;
    return this.#quirks.keepsFirstPrediction ? predictedS : Math.max(0, predictedS - this.#attainedS(id));
  }

  #attainedS(id: number): number {
    return this.#job(id).workS - (this.#leftS[id] as number);
  }

  #job(id: number): Job {
    return this.#jobs[id] as Job;
  }

  #enqueueArrived(): void {
    while (this.#arrived < this.#jobs.length && this.#job(this.#arrived).arrivalS <= this.#nowS) this.#queue.push(this.#arrived++);
  }
}

/** Runs a batch; `leftS` of those that do not end becomes what they still need. */
function serve(
  batch: readonly number[],
  leftS: Float64Array,
  batching: Batching,
): { readonly ranS: number; readonly unfinished: number[] } {
  const lefts = batch.map((id) => leftS[id] as number);
  if (batching === "whole") return { ranS: Math.max(...lefts), unfinished: [] };
  const ranS = Math.min(...lefts);
  const unfinished = batch.filter((id) => (leftS[id] as number) > ranS);
  for (const id of unfinished) leftS[id] = (leftS[id] as number) - ranS;
  return { ranS, unfinished };
}
