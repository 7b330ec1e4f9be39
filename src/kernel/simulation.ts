/**
 * The clock and its event queue. Hot: bench/kernel.ts.
 *
 * Events are ordered by (time, phase, sequence). The queue is a 4-ary heap whose keys lie inline in typed arrays; each
 * event also owns a slot that holds its function, argument and generation, so an id can be cancelled in O(log n) at once.
 */
import { EventHash } from "./event-hash.ts";

/** The order of things within one instant: what ends, what breaks, what arrives, what decides, what measures. */
export const PHASE = { finish: 0, fault: 1, arrive: 2, control: 3, sample: 4 } as const;
export type Phase = (typeof PHASE)[keyof typeof PHASE];

/** Names one scheduled event: `generation * 2^23 + slot`. An id is never valid again once its event ran or was cancelled. */
export type EventId = number & { readonly __brand?: "event" };

/** An id that no event ever has. */
export const NO_EVENT: EventId = -1;

const SLOT_BITS = 23;
const SLOT_COUNT_MAX = 1 << SLOT_BITS;
/** Phase and sequence share one exact float64: 2^48 events fit below the phase. */
const PHASE_SCALE = 0x1000000000000;
const FIRST_CAPACITY = 64;

type Handler = (arg: number) => void;
const nothing: Handler = () => {};

/** Raised for a delay or time that is not a number, negative, infinite or in the past. */
function badTime(what: string, value: number): never {
  throw new RangeError(`${what} must be finite and not in the past, got ${value}`);
}

export class Simulation {
  #nowS = 0;
  #seq = 0;
  #eventCount = 0;
  #isHalted = false;
  readonly #hash = new EventHash();

  // The heap, by heap position.
  #timesS = new Float64Array(FIRST_CAPACITY);
  #ties = new Float64Array(FIRST_CAPACITY);
  #slots = new Int32Array(FIRST_CAPACITY);
  #length = 0;
  /**
   * True while the root is an event that already ran. The first `schedule` inside its handler overwrites it, which costs
   * one sift instead of two.
   */
  #hole = false;

  // The slot table, by slot.
  #positions = new Int32Array(FIRST_CAPACITY);
  #generations = new Float64Array(FIRST_CAPACITY);
  #args = new Float64Array(FIRST_CAPACITY);
  #handlers: Handler[] = [];
  #freeSlots = new Int32Array(FIRST_CAPACITY);
  #freeCount = 0;
  #slotCount = 0;

  /** Simulated time, seconds since the start. */
  get nowS(): number {
    return this.#nowS;
  }

  /** Events run so far. */
  get eventCount(): number {
    return this.#eventCount;
  }

  /** Events waiting to run. */
  get pendingCount(): number {
    return this.#hole ? this.#length - 1 : this.#length;
  }

  /** Rolling 64-bit hash over (time, phase and sequence, argument) of every event run, as 16 hex digits. */
  get eventHash(): string {
    return this.#hash.hex();
  }

  /** Time of the next event in seconds, or Infinity when nothing is pending. */
  peekS(): number {
    if (this.#hole) this.#fillHole();
    return this.#length === 0 ? Infinity : (this.#timesS[0] as number);
  }

  /**
   * Runs `fn(arg)` after `delayS` seconds.
   * @throws {RangeError} if `delayS` is negative, NaN or infinite.
   */
  schedule(delayS: number, phase: Phase, fn: Handler, arg = 0): EventId {
    if (!(delayS >= 0 && delayS < Infinity)) badTime("delayS", delayS);
    return this.#insert(this.#nowS + delayS, phase, fn, arg);
  }

  /**
   * Runs `fn(arg)` at the absolute time `timeS`; exact where `now + (time - now)` would round.
   * @throws {RangeError} if `timeS` lies in the past or is not finite.
   */
  scheduleAt(timeS: number, phase: Phase, fn: Handler, arg = 0): EventId {
    if (!(timeS >= this.#nowS && timeS < Infinity)) badTime("timeS", timeS);
    return this.#insert(timeS, phase, fn, arg);
  }

  /**
   * Moves a pending event to `delayS` from now. It keeps its function, argument and phase, and takes its place among
   * events of the same instant as if it were scheduled now. Returns the id, which does not change.
   * @throws {RangeError} if the event is not pending or `delayS` is not a finite number >= 0.
   */
  reschedule(event: EventId, delayS: number): EventId {
    if (!(delayS >= 0 && delayS < Infinity)) badTime("delayS", delayS);
    return this.rescheduleAt(event, this.#nowS + delayS);
  }

  /**
   * Moves a pending event to the absolute time `timeS`; otherwise like `reschedule`.
   * @throws {RangeError} if the event is not pending, or `timeS` lies in the past or is not finite.
   */
  rescheduleAt(event: EventId, timeS: number): EventId {
    if (!(timeS >= this.#nowS && timeS < Infinity)) badTime("timeS", timeS);
    const position = this.#positionOf(event);
    if (position < 0) throw new RangeError(`reschedule: event ${event} is not pending`);
    const slot = this.#slots[position] as number;
    const phase = Math.floor((this.#ties[position] as number) / PHASE_SCALE);
    this.#place(position, timeS, phase * PHASE_SCALE + this.#seq++, slot);
    return event;
  }

  /** Removes a pending event. Returns false if it already ran or was cancelled. */
  cancel(event: EventId): boolean {
    const position = this.#positionOf(event);
    if (position < 0) return false;
    this.#release(this.#slots[position] as number);
    const last = --this.#length;
    if (position < last) {
      this.#place(position, this.#timesS[last] as number, this.#ties[last] as number, this.#slots[last] as number);
    }
    return true;
  }

  /** True while the event has neither run nor been cancelled. */
  isPending(event: EventId): boolean {
    return this.#positionOf(event) >= 0;
  }

  /** Runs the next event. Returns false when nothing is pending. */
  step(): boolean {
    return this.#stepUntil(Infinity);
  }

  /** Runs every event at or before `timeS`, then sets the clock to `timeS`. */
  runUntil(timeS: number): void {
    if (!(timeS >= this.#nowS)) badTime("timeS", timeS);
    while (this.#stepUntil(timeS));
    if (timeS < Infinity) this.#nowS = timeS;
  }

  /**
   * Runs at most `eventCount` events at or before `timeS`; returns true once none is left, and the clock stands at
   * `timeS`. Lets a caller breathe (progress, interrupts) without changing what is simulated.
   */
  runSome(timeS: number, eventCount: number): boolean {
    for (let i = 0; i < eventCount; i++) {
      if (this.#stepUntil(timeS)) continue;
      if (timeS < Infinity) this.#nowS = Math.max(this.#nowS, timeS);
      return true;
    }
    return false;
  }

  /** Makes the `runUntilHalted` under way return after the event that runs now. */
  halt(): void {
    this.#isHalted = true;
  }

  /** Runs events at or before `timeS` until one of them says `halt`: then false. True once none is left, and the clock stands at `timeS`. */
  runUntilHalted(timeS: number): boolean {
    this.#isHalted = false;
    while (this.#stepUntil(timeS)) if (this.#isHalted) return false;
    if (timeS < Infinity) this.#nowS = Math.max(this.#nowS, timeS);
    return true;
  }

  #stepUntil(limitS: number): boolean {
    if (this.#hole) this.#fillHole();
    if (this.#length === 0) return false;
    const timeS = this.#timesS[0] as number;
    if (!(timeS <= limitS)) return false;
    const slot = this.#slots[0] as number;
    const handler = this.#handlers[slot] as Handler;
    const arg = this.#args[slot] as number;
    this.#nowS = timeS;
    this.#eventCount++;
    this.#hash.add(timeS, this.#ties[0] as number, arg);
    this.#release(slot);
    this.#hole = true;
    handler(arg);
    return true;
  }

  #insert(timeS: number, phase: Phase, fn: Handler, arg: number): EventId {
    const slot = this.#freeCount > 0 ? (this.#freeSlots[--this.#freeCount] as number) : this.#newSlot();
    this.#handlers[slot] = fn;
    this.#args[slot] = arg;
    const tie = phase * PHASE_SCALE + this.#seq++;
    if (this.#hole) {
      this.#hole = false;
      this.#siftDown(0, timeS, tie, slot);
    } else {
      if (this.#length === this.#timesS.length) this.#growHeap();
      this.#siftUp(this.#length++, timeS, tie, slot);
    }
    return (this.#generations[slot] as number) * SLOT_COUNT_MAX + slot;
  }

  #fillHole(): void {
    this.#hole = false;
    const last = --this.#length;
    if (last > 0) {
      this.#siftDown(0, this.#timesS[last] as number, this.#ties[last] as number, this.#slots[last] as number);
    }
  }

  /** Heap position of a pending event, or -1. Fills a hole first, so that positions can be trusted. */
  #positionOf(event: EventId): number {
    const generation = Math.floor(event / SLOT_COUNT_MAX);
    const slot = event - generation * SLOT_COUNT_MAX; // exact, and `%` of doubles is a call
    if (!(event >= 0) || slot >= this.#slotCount) return -1;
    if ((this.#generations[slot] as number) !== generation) return -1;
    if (this.#hole) this.#fillHole();
    return this.#positions[slot] as number;
  }

  #release(slot: number): void {
    // Ids of the past fail by their generation; the function stays until the slot serves again, for a store costs at each event.
    this.#generations[slot] = (this.#generations[slot] as number) + 1;
    this.#freeSlots[this.#freeCount++] = slot;
  }

  #newSlot(): number {
    const slot = this.#slotCount++;
    if (slot >= SLOT_COUNT_MAX) throw new RangeError(`more than ${SLOT_COUNT_MAX} pending events`);
    if (slot === this.#generations.length) {
      this.#positions = grown(this.#positions, Int32Array);
      this.#generations = grown(this.#generations, Float64Array);
      this.#args = grown(this.#args, Float64Array);
      this.#freeSlots = grown(this.#freeSlots, Int32Array);
    }
    this.#handlers.push(nothing);
    this.#positions[slot] = -1;
    return slot;
  }

  #growHeap(): void {
    this.#timesS = grown(this.#timesS, Float64Array);
    this.#ties = grown(this.#ties, Float64Array);
    this.#slots = grown(this.#slots, Int32Array);
  }

  /** Puts an entry at `position`, moving it up or down as its key asks. */
  #place(position: number, timeS: number, tie: number, slot: number): void {
    if (position > 0) {
      const parent = (position - 1) >> 2;
      const parentS = this.#timesS[parent] as number;
      if (timeS < parentS || (timeS === parentS && tie < (this.#ties[parent] as number))) {
        this.#siftUp(position, timeS, tie, slot);
        return;
      }
    }
    this.#siftDown(position, timeS, tie, slot);
  }

  #siftUp(start: number, timeS: number, tie: number, slot: number): void {
    const timesS = this.#timesS;
    const ties = this.#ties;
    const slots = this.#slots;
    const positions = this.#positions;
    let i = start;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      const parentS = timesS[parent] as number;
      if (parentS < timeS || (parentS === timeS && (ties[parent] as number) < tie)) break;
      timesS[i] = parentS;
      ties[i] = ties[parent] as number;
      const moved = slots[parent] as number;
      slots[i] = moved;
      positions[moved] = i;
      i = parent;
    }
    timesS[i] = timeS;
    ties[i] = tie;
    slots[i] = slot;
    positions[slot] = i;
  }

  #siftDown(start: number, timeS: number, tie: number, slot: number): void {
    const timesS = this.#timesS;
    const ties = this.#ties;
    const slots = this.#slots;
    const positions = this.#positions;
    const length = this.#length;
    let i = start;
    for (;;) {
      const first = 4 * i + 1;
      if (first >= length) break;
      const end = first + 4 < length ? first + 4 : length;
      let child = first;
      let childS = timesS[first] as number;
      for (let k = first + 1; k < end; k++) {
        const kS = timesS[k] as number;
        if (kS < childS || (kS === childS && (ties[k] as number) < (ties[child] as number))) {
          child = k;
          childS = kS;
        }
      }
      if (timeS < childS || (timeS === childS && tie < (ties[child] as number))) break;
      timesS[i] = childS;
      ties[i] = ties[child] as number;
      const moved = slots[child] as number;
      slots[i] = moved;
      positions[moved] = i;
      i = child;
    }
    timesS[i] = timeS;
    ties[i] = tie;
    slots[i] = slot;
    positions[slot] = i;
  }
}

function grown<A extends Int32Array | Float64Array>(old: A, make: new (length: number) => A): A {
  const bigger = new make(old.length * 2);
  bigger.set(old);
  return bigger;
}
