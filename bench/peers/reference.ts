/** The right answers, by other ways than any side takes: recursions over the rows, without a clock or an event queue. */
import type { Rows } from "./inputs.ts";

/** Finish times of a station of `cores`, first come first served: each customer takes the core that is free first (Kiefer and Wolfowitz, 1955). */
export function fcfsFinishes({ arrivalS, workS }: Rows, cores: number): Float64Array {
  const freeAtS = new Float64Array(cores);
  return arrivalS.map((nowS, i) => {
    let core = 0;
    for (let k = 1; k < cores; k++) if ((freeAtS[k] as number) < (freeAtS[core] as number)) core = k;
    const finishS = Math.max(nowS, freeAtS[core] as number) + (workS[i] as number);
    freeAtS[core] = finishS;
    return finishS;
  });
}

/**
 * Finish times when all customers share `cores`, at most one core each. Between two events everyone present gets the same
 * service, so each needs only the total service per head at which it leaves.
 */
export function sharingFinishes({ arrivalS, workS }: Rows, cores: number): Float64Array {
  const count = arrivalS.length;
  const finishS = new Float64Array(count);
  const present: { readonly customer: number; readonly leavesAt: number }[] = []; // falling, so the next to leave is last
  let [nowS, served, arrived] = [0, 0, 0];
  while (arrived < count || present.length > 0) {
    if (present.length === 0) served = 0;
    const rate = Math.min(1, cores / present.length);
    const first = present.at(-1);
    const leavesS = first === undefined ? Infinity : nowS + (first.leavesAt - served) / rate;
    const arrivesS = arrived < count ? (arrivalS[arrived] as number) : Infinity;
    if (first !== undefined && leavesS <= arrivesS) {
      [nowS, served] = [leavesS, first.leavesAt];
      finishS[first.customer] = nowS;
      present.pop();
      continue;
    }
    served += present.length === 0 ? 0 : rate * (arrivesS - nowS);
    nowS = arrivesS;
    const leavesAt = served + (workS[arrived] as number);
    let place = present.length;
    while (place > 0 && (present[place - 1] as { leavesAt: number }).leavesAt < leavesAt) place--;
    present.splice(place, 0, { customer: arrived++, leavesAt });
  }
  return finishS;
}

export interface HoldAnswer {
  readonly clockS: number;
  readonly idSum: number;
}

/** The hold model on a binary heap of plain numbers: what is due when, and whose it is. */
export function holdAnswer(table: Float64Array, pending: number, holds: number): HoldAnswer {
  const mask = table.length - 1;
  const dueS = Float64Array.from({ length: pending }, (_, id) => (table[id & mask] as number) + id / 1_073_741_824);
  const order = Uint32Array.from(dueS.keys()).sort((a, b) => (dueS[a] as number) - (dueS[b] as number)); // sorted is a heap
  let [clockS, idSum] = [0, 0];
  for (let drawn = pending; drawn < pending + holds; drawn++) {
    const id = order[0] as number;
    clockS = dueS[id] as number;
    idSum = (idSum + id) % 4_294_967_296;
    dueS[id] = clockS + (table[drawn & mask] as number);
    let i = 0;
    for (let child = 1; child < pending; child = 2 * i + 1) {
      if (child + 1 < pending && (dueS[order[child + 1] as number] as number) < (dueS[order[child] as number] as number)) child++;
      if ((dueS[order[child] as number] as number) >= (dueS[id] as number)) break;
      order[i] = order[child] as number;
      i = child;
    }
    order[i] = id;
  }
  return { clockS, idSum };
}

/** How far the finish times of one side are from the right ones. */
export interface Agreement {
  readonly ok: boolean;
  readonly wrongCount: number;
  /** Largest error over the customer's time in the system. */
  readonly relativeMax: number;
  /** Largest error in units in the last place of the clock. */
  readonly ulpMax: number;
}

/**
 * What rounding may move a finish time by, in units in the last place of the clock. Sides that add service to a start err by
 * none; one that keeps the service of a shared server as one sum has been seen to err by 21 within a million customers.
 */
const ULPS = 32;

/** Allowed for each customer: `relative` of its time in the system, or 32 units in the last place of the clock if that is more. */
export function agreement({ arrivalS }: Rows, expectedS: Float64Array, gotS: Float64Array, relative: number): Agreement {
  let [relativeMax, ulpMax, wrongCount] = [0, 0, 0];
  for (let i = 0; i < expectedS.length; i++) {
    const finishS = expectedS[i] as number;
    const latencyS = finishS - (arrivalS[i] as number);
    const ulpS = Number.EPSILON * finishS;
    const errorS = Math.abs((gotS[i] as number) - finishS);
    relativeMax = Math.max(relativeMax, errorS / latencyS);
    ulpMax = Math.max(ulpMax, errorS / ulpS);
    if (!(errorS <= Math.max(relative * latencyS, ULPS * ulpS))) wrongCount++;
  }
  return { ok: wrongCount === 0, wrongCount, relativeMax, ulpMax };
}

/** Mean and nearest-rank 99th percentile of time in the system. */
export function latencies({ arrivalS }: Rows, finishS: Float64Array): { readonly meanS: number; readonly p99S: number } {
  const all = finishS.map((s, i) => s - (arrivalS[i] as number)).sort();
  return { meanS: all.reduce((sum, s) => sum + s, 0) / all.length, p99S: all[Math.ceil(0.99 * all.length) - 1] as number };
}
