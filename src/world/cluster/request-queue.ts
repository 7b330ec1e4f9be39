/** The requests that wait at one replica. Hot: bench/run.ts. */
import { NONE, type RequestPool } from "./request-pool.ts";

export interface RequestQueue {
  readonly length: number;
  push(slot: number): void;
  /** The request that goes next, or NONE. */
  peek(): number;
  pop(): number;
  remove(slot: number): void;
}

/** First come, first served: a linked list through the pool, so that a timeout leaves in O(1). */
export class FifoQueue implements RequestQueue {
  readonly #pool: RequestPool;
  #head = NONE;
  #tail = NONE;
  length = 0;

  constructor(pool: RequestPool) {
    this.#pool = pool;
  }

  push(slot: number): void {
    const pool = this.#pool;
    pool.next[slot] = NONE;
    pool.previous[slot] = this.#tail;
    if (this.#tail === NONE) this.#head = slot;
    else pool.next[this.#tail] = slot;
    this.#tail = slot;
    this.length++;
  }

  peek(): number {
    return this.#head;
  }

  pop(): number {
    const slot = this.#head;
    this.remove(slot);
    return slot;
  }

  remove(slot: number): void {
    const pool = this.#pool;
    const previous = pool.previous[slot] as number;
    const next = pool.next[slot] as number;
    if (previous === NONE) this.#head = next;
    else pool.next[previous] = next;
    if (next === NONE) this.#tail = previous;
    else pool.previous[next] = previous;
    this.length--;
  }
}

/** Least key first, then arrival, then id: a heap whose positions lie in the pool's `next` column. */
export class KeyQueue implements RequestQueue {
  readonly #pool: RequestPool;
  #heap = new Int32Array(16);
  length = 0;

  constructor(pool: RequestPool) {
    this.#pool = pool;
  }

  push(slot: number): void {
    if (this.length === this.#heap.length) {
      const bigger = new Int32Array(this.#heap.length * 2);
      bigger.set(this.#heap);
      this.#heap = bigger;
    }
    this.#siftUp(this.length++, slot);
  }

  peek(): number {
    return this.length === 0 ? NONE : (this.#heap[0] as number);
  }

  pop(): number {
    const slot = this.#heap[0] as number;
    this.remove(slot);
    return slot;
  }

  remove(slot: number): void {
    const position = this.#pool.next[slot] as number;
    const last = this.#heap[--this.length] as number;
    if (last === slot) return;
    this.#siftDown(position, last);
    if (this.#heap[position] === last) this.#siftUp(position, last);
  }

  #isBefore(a: number, b: number): boolean {
    const pool = this.#pool;
    const keyA = pool.key[a] as number;
    const keyB = pool.key[b] as number;
    if (keyA !== keyB) return keyA < keyB;
    const arrivalA = pool.arrivalS[a] as number;
    const arrivalB = pool.arrivalS[b] as number;
    return arrivalA < arrivalB || (arrivalA === arrivalB && (pool.id[a] as number) < (pool.id[b] as number));
  }

  #siftUp(start: number, slot: number): void {
    let i = start;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#isBefore(slot, this.#heap[parent] as number)) break;
      this.#set(i, this.#heap[parent] as number);
      i = parent;
    }
    this.#set(i, slot);
  }

  #siftDown(start: number, slot: number): void {
    let i = start;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.length) break;
      if (child + 1 < this.length && this.#isBefore(this.#heap[child + 1] as number, this.#heap[child] as number)) child++;
      if (!this.#isBefore(this.#heap[child] as number, slot)) break;
      this.#set(i, this.#heap[child] as number);
      i = child;
    }
    this.#set(i, slot);
  }

  #set(i: number, slot: number): void {
    this.#heap[i] = slot;
    this.#pool.next[slot] = i;
  }
}
