/** Batch jobs that wait, and the first of them that fits into what is free, in O(log n): backfill without a rescan. */

import { milliCores } from "./placement/milli-cores.ts";
import { extended, NONE, Treap } from "./placement/treap.ts";
import type { JobView } from "./ports.ts";

/** What orders a job and what it needs. */
export type QueuedJob = Pick<JobView, "id" | "arrivalS" | "priority" | "cores" | "memoryB">;

/** No job, where a slot is returned. */
export const NO_JOB = NONE;

const FIRST_CAPACITY = 64;

/**
 * Slots of jobs in the order of (priority, greatest first; arrival; id). A job that comes back after a crash takes its old
 * place. The two minima that guide a search may be of different jobs: where cores and memory bind at once, it turns back.
 */
export class JobQueue extends Treap {
  #priority = new Float64Array(FIRST_CAPACITY);
  #arrivalS = new Float64Array(FIRST_CAPACITY);
  #id = new Float64Array(FIRST_CAPACITY);
  #milliCores = new Int32Array(FIRST_CAPACITY);
  #memoryB = new Float64Array(FIRST_CAPACITY);
  #minMilliCores = new Int32Array(FIRST_CAPACITY);
  #minMemoryB = new Float64Array(FIRST_CAPACITY);

  constructor() {
    super(FIRST_CAPACITY);
  }

  /**
   * @param slot a small integer that stands for the job until it is removed
   * @throws {Error} if the slot is taken
   */
  push(slot: number, job: QueuedJob): void {
    if (this.has(slot)) throw new Error(`slot ${slot} waits already`);
    if (slot >= this.capacity) this.grow(Math.max(2 * this.capacity, slot + 1));
    this.#priority[slot] = job.priority;
    this.#arrivalS[slot] = job.arrivalS;
    this.#id[slot] = job.id;
    this.#milliCores[slot] = milliCores(job.cores);
    this.#memoryB[slot] = job.memoryB;
    this.insert(slot);
  }

  /** @throws {Error} if the slot does not wait. */
  remove(slot: number): void {
    this.erase(slot);
  }

  /** The first in order, or NO_JOB. */
  head(): number {
    return this.least();
  }

  /** The first in order that needs no more than this, or NO_JOB. */
  firstFitting(freeCores: number, freeMemoryB: number): number {
    return this.#firstBelow(this.root, milliCores(freeCores), freeMemoryB);
  }

  protected override grow(capacity: number): void {
    super.grow(capacity);
    this.#priority = extended(this.#priority, new Float64Array(capacity));
    this.#arrivalS = extended(this.#arrivalS, new Float64Array(capacity));
    this.#id = extended(this.#id, new Float64Array(capacity));
    this.#milliCores = extended(this.#milliCores, new Int32Array(capacity));
    this.#memoryB = extended(this.#memoryB, new Float64Array(capacity));
    this.#minMilliCores = extended(this.#minMilliCores, new Int32Array(capacity));
    this.#minMemoryB = extended(this.#minMemoryB, new Float64Array(capacity));
  }

  protected override precedes(a: number, b: number): boolean {
    const byPriority = (this.#priority[b] as number) - (this.#priority[a] as number);
    if (byPriority !== 0) return byPriority < 0;
    const byArrival = (this.#arrivalS[a] as number) - (this.#arrivalS[b] as number);
    if (byArrival !== 0) return byArrival < 0;
    return (this.#id[a] as number) < (this.#id[b] as number);
  }

  protected override summarise(at: number): void {
    let minMilliCores = this.#milliCores[at] as number;
    let minMemoryB = this.#memoryB[at] as number;
    const left = this.left[at] as number;
    const right = this.right[at] as number;
    if (left !== NONE) {
      minMilliCores = Math.min(minMilliCores, this.#minMilliCores[left] as number);
      minMemoryB = Math.min(minMemoryB, this.#minMemoryB[left] as number);
    }
    if (right !== NONE) {
      minMilliCores = Math.min(minMilliCores, this.#minMilliCores[right] as number);
      minMemoryB = Math.min(minMemoryB, this.#minMemoryB[right] as number);
    }
    this.#minMilliCores[at] = minMilliCores;
    this.#minMemoryB[at] = minMemoryB;
  }

  #firstBelow(at: number, milliCores: number, memoryB: number): number {
    if (at === NONE || (this.#minMilliCores[at] as number) > milliCores || (this.#minMemoryB[at] as number) > memoryB) return NONE;
    const before = this.#firstBelow(this.left[at] as number, milliCores, memoryB);
    if (before !== NONE) return before;
    if ((this.#milliCores[at] as number) <= milliCores && (this.#memoryB[at] as number) <= memoryB) return at;
    return this.#firstBelow(this.right[at] as number, milliCores, memoryB);
  }
}
