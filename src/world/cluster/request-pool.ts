/**
 * The requests of one service that are under way, as parallel columns. Hot: bench/run.ts.
 * A request lives in a pooled slot; its id never repeats. Retries keep the slot and raise `attempt`.
 */

export const REQUEST_STATE = { free: 0, queued: 1, running: 2, backoff: 3 } as const;

/** Ends of the queue's linked list, and "no replica". */
export const NONE = -1;

export class RequestPool {
  /** Intended arrival, first start of the present attempt (NaN before), seconds. */
  arrivalS = new Float64Array(64);
  startS = new Float64Array(64);
  /** Work drawn at arrival, and what is left of it: reference-core seconds. */
  workS = new Float64Array(64);
  remainingS = new Float64Array(64);
  /** The container's joules and grams per task when this task went in. */
  phiStartJ = new Float64Array(64);
  carbonStartG = new Float64Array(64);
  /** Joules and grams of finished stretches: preempted ones, earlier attempts. */
  energyJ = new Float64Array(64);
  carbonG = new Float64Array(64);
  id = new Float64Array(64);
  key = new Float64Array(64);
  /** The timeout event of the present attempt, or NO_EVENT. */
  timeout = new Float64Array(64);
  classIndex = new Uint8Array(64);
  attempt = new Uint8Array(64);
  state = new Uint8Array(64);
  replica = new Int32Array(64);
  /** The closed-loop user who waits for it, or NONE. */
  user = new Int32Array(64);
  next = new Int32Array(64);
  previous = new Int32Array(64);

  #free = new Int32Array(64);
  #freeCount = 0;
  #used = 0;
  #nextId = 0;

  /** Slots that were ever in use: bounds a scan of all requests. */
  get slotCount(): number {
    return this.#used;
  }

  /** A fresh request; ids count from 0 in order of arrival. */
  open(arrivalS: number, workS: number): number {
    const slot = this.#freeCount > 0 ? (this.#free[--this.#freeCount] as number) : this.#used++;
    if (slot === this.arrivalS.length) this.#grow();
    this.arrivalS[slot] = arrivalS;
    this.startS[slot] = Number.NaN;
    this.workS[slot] = workS;
    this.remainingS[slot] = workS;
    this.energyJ[slot] = 0;
    this.carbonG[slot] = 0;
    this.id[slot] = this.#nextId++;
    this.timeout[slot] = NONE;
    this.classIndex[slot] = 0;
    this.attempt[slot] = 1;
    this.replica[slot] = NONE;
    this.user[slot] = NONE;
    return slot;
  }

  close(slot: number): void {
    this.state[slot] = REQUEST_STATE.free;
    this.#free[this.#freeCount++] = slot;
  }

  #grow(): void {
    const size = this.arrivalS.length * 2;
    for (const name of DOUBLES) this[name] = widened(this[name], new Float64Array(size));
    for (const name of BYTES) this[name] = widened(this[name], new Uint8Array(size));
    for (const name of INTS) this[name] = widened(this[name], new Int32Array(size));
    this.#free = widened(this.#free, new Int32Array(size));
  }
}

const DOUBLES = [
  "arrivalS",
  "startS",
  "workS",
  "remainingS",
  "phiStartJ",
  "carbonStartG",
  "energyJ",
  "carbonG",
  "id",
  "key",
  "timeout",
] as const;
const BYTES = ["classIndex", "attempt", "state"] as const;
const INTS = ["replica", "user", "next", "previous"] as const;

function widened<A extends Float64Array | Uint8Array | Int32Array>(old: A, bigger: A): A {
  bigger.set(old);
  return bigger;
}
