/** The least that a queue can be: the next event found by hand, a ring of arrival times, the sum of latencies. No metrics. */
import { rootRng } from "../src/kernel/index.ts";

export interface Load {
  readonly seed: number;
  /** Where the scenario's streams hang. */
  readonly workload: string;
  readonly ratePerS: number;
  readonly meanWorkS: number;
  readonly endS: number;
}

export interface Answered {
  readonly count: number;
  readonly latencyS: number;
}

const RING_LENGTH = 1 << 16;

/** M/M/c, first come first served, with the very draws that the scenario makes. */
export function bareStation({ seed, workload, ratePerS, meanWorkS, endS }: Load, slotCount: number): Answered {
  const rng = rootRng(seed).fork(`workloads.${workload}`);
  const gap = rng.fork("arrivals").uniform;
  const work = rng.fork("work").uniform;
  const meanGapS = 1 / ratePerS;
  const dueS = new Float64Array(slotCount).fill(Infinity);
  const sinceS = new Float64Array(slotCount);
  const ringArrivalS = new Float64Array(RING_LENGTH);
  const ringWorkS = new Float64Array(RING_LENGTH);
  let head = 0;
  let tail = 0;
  let count = 0;
  let latencyS = 0;
  let arrivalS = -Math.log1p(-gap()) * meanGapS;
  for (;;) {
    let slot = 0;
    for (let i = 1; i < slotCount; i++) if ((dueS[i] as number) < (dueS[slot] as number)) slot = i;
    const finishS = dueS[slot] as number;
    if (finishS <= arrivalS) {
      if (finishS > endS) break;
      count++;
      latencyS += finishS - (sinceS[slot] as number);
      if (head === tail) {
        dueS[slot] = Infinity;
      } else {
        dueS[slot] = finishS + (ringWorkS[head] as number);
        sinceS[slot] = ringArrivalS[head] as number;
        head = (head + 1) & (RING_LENGTH - 1);
      }
      continue;
    }
    if (arrivalS > endS) break;
    const workS = -Math.log1p(-work()) * meanWorkS;
    const free = dueS.indexOf(Infinity);
    if (free >= 0) {
      dueS[free] = arrivalS + workS;
      sinceS[free] = arrivalS;
    } else {
      ringArrivalS[tail] = arrivalS;
      ringWorkS[tail] = workS;
      tail = (tail + 1) & (RING_LENGTH - 1);
    }
    arrivalS += -Math.log1p(-gap()) * meanGapS;
  }
  return { count, latencyS };
}

/** Processor sharing of at most `capCores` cores, one a request: a virtual time, and a heap of the tags at which requests leave. */
export function bareSharing({ seed, workload, ratePerS, meanWorkS, endS }: Load, capCores: number): Answered {
  const rng = rootRng(seed).fork(`workloads.${workload}`);
  const gap = rng.fork("arrivals").uniform;
  const work = rng.fork("work").uniform;
  const meanGapS = 1 / ratePerS;
  const tags = new TagHeap();
  let nowS = 0;
  let v = 0;
  let count = 0;
  let latencyS = 0;
  let arrivalS = -Math.log1p(-gap()) * meanGapS;
  for (;;) {
    const rate = tags.length <= capCores ? 1 : capCores / tags.length;
    const finishS = tags.length === 0 ? Infinity : nowS + (tags.topTag - v) / rate;
    if (finishS <= arrivalS) {
      if (finishS > endS) break;
      v = tags.topTag;
      nowS = finishS;
      count++;
      latencyS += nowS - tags.pop();
      continue;
    }
    if (arrivalS > endS) break;
    v += rate * (arrivalS - nowS);
    nowS = arrivalS;
    tags.push(v - Math.log1p(-work()) * meanWorkS, nowS);
    arrivalS += -Math.log1p(-gap()) * meanGapS;
  }
  return { count, latencyS };
}

class TagHeap {
  readonly #tags = new Float64Array(RING_LENGTH);
  readonly #sinceS = new Float64Array(RING_LENGTH);
  length = 0;

  get topTag(): number {
    return this.#tags[0] as number;
  }

  push(tag: number, sinceS: number): void {
    let i = this.length++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((this.#tags[parent] as number) <= tag) break;
      this.#copy(parent, i);
      i = parent;
    }
    this.#tags[i] = tag;
    this.#sinceS[i] = sinceS;
  }

  /** Returns when the request with the least tag came. */
  pop(): number {
    const sinceS = this.#sinceS[0] as number;
    const last = --this.length;
    const tag = this.#tags[last] as number;
    let i = 0;
    for (let child = 1; child < last; child = 2 * i + 1) {
      if (child + 1 < last && (this.#tags[child + 1] as number) < (this.#tags[child] as number)) child++;
      if (tag <= (this.#tags[child] as number)) break;
      this.#copy(child, i);
      i = child;
    }
    this.#copy(last, i);
    return sinceS;
  }

  #copy(from: number, to: number): void {
    this.#tags[to] = this.#tags[from] as number;
    this.#sinceS[to] = this.#sinceS[from] as number;
  }
}
