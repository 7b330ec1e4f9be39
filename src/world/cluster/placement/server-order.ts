/**
 * Servers in the order of (size, free memory, slot), where "size" is free cores, or a tier and then free cores. Finds the
 * first that has enough of both, and the k-th, in O(log n).
 */
import { NONE, Treap } from "./treap.ts";

export class ServerOrder extends Treap {
  readonly #size: Float64Array;
  readonly #memoryB: Float64Array;
  readonly #maxMemoryB: Float64Array;
  readonly #count: Int32Array;

  constructor(capacity: number) {
    super(capacity);
    this.#size = new Float64Array(capacity);
    this.#memoryB = new Float64Array(capacity);
    this.#maxMemoryB = new Float64Array(capacity);
    this.#count = new Int32Array(capacity);
  }

  put(slot: number, size: number, memoryB: number): void {
    this.drop(slot);
    this.#size[slot] = size;
    this.#memoryB[slot] = memoryB;
    this.insert(slot);
  }

  drop(slot: number): void {
    if (this.has(slot)) this.erase(slot);
  }

  sizeOf(slot: number): number {
    return this.#size[slot] as number;
  }

  memoryOf(slot: number): number {
    return this.#memoryB[slot] as number;
  }

  /** The first slot in order with at least this size and this memory, or NONE. */
  first(size: number, memoryB: number): number {
    return this.#firstBelow(this.root, size, memoryB);
  }

  /** The last slot in order with at least this memory, or NONE. */
  last(memoryB: number): number {
    let at = this.root;
    if (at === NONE || (this.#maxMemoryB[at] as number) < memoryB) return NONE;
    for (;;) {
      const right = this.right[at] as number;
      if (right !== NONE && (this.#maxMemoryB[right] as number) >= memoryB) at = right;
      else if ((this.#memoryB[at] as number) >= memoryB) return at;
      else at = this.left[at] as number;
    }
  }

  /** How many slots have at least this size. */
  countFrom(size: number): number {
    let count = 0;
    let at = this.root;
    while (at !== NONE) {
      if ((this.#size[at] as number) < size) at = this.right[at] as number;
      else {
        count += 1 + this.#countBelow(this.right[at] as number);
        at = this.left[at] as number;
      }
    }
    return count;
  }

  /** The slot at a position, 0 <= position < size. */
  nth(position: number): number {
    let at = this.root;
    let left = position;
    for (;;) {
      const before = this.#countBelow(this.left[at] as number);
      if (left === before) return at;
      if (left < before) at = this.left[at] as number;
      else {
        left -= before + 1;
        at = this.right[at] as number;
      }
    }
  }

  /** Appends all slots with at least this size and this memory, in order, at O(log n) each. */
  collect(size: number, memoryB: number, into: number[]): void {
    this.#collectBelow(this.root, size, memoryB, into);
  }

  protected override precedes(a: number, b: number): boolean {
    const bySize = (this.#size[a] as number) - (this.#size[b] as number);
    if (bySize !== 0) return bySize < 0;
    const byMemory = (this.#memoryB[a] as number) - (this.#memoryB[b] as number);
    return byMemory !== 0 ? byMemory < 0 : a < b;
  }

  protected override summarise(at: number): void {
    const left = this.left[at] as number;
    const right = this.right[at] as number;
    let maxMemoryB = this.#memoryB[at] as number;
    let count = 1;
    if (left !== NONE) {
      maxMemoryB = Math.max(maxMemoryB, this.#maxMemoryB[left] as number);
      count += this.#count[left] as number;
    }
    if (right !== NONE) {
      maxMemoryB = Math.max(maxMemoryB, this.#maxMemoryB[right] as number);
      count += this.#count[right] as number;
    }
    this.#maxMemoryB[at] = maxMemoryB;
    this.#count[at] = count;
  }

  #countBelow(at: number): number {
    return at === NONE ? 0 : (this.#count[at] as number);
  }

  #firstBelow(at: number, size: number, memoryB: number): number {
    if (at === NONE || (this.#maxMemoryB[at] as number) < memoryB) return NONE;
    if ((this.#size[at] as number) >= size) {
      const before = this.#firstBelow(this.left[at] as number, size, memoryB);
      if (before !== NONE) return before;
      if ((this.#memoryB[at] as number) >= memoryB) return at;
    }
    return this.#firstBelow(this.right[at] as number, size, memoryB);
  }

  #collectBelow(at: number, size: number, memoryB: number, into: number[]): void {
    if (at === NONE || (this.#maxMemoryB[at] as number) < memoryB) return;
    if ((this.#size[at] as number) >= size) {
      this.#collectBelow(this.left[at] as number, size, memoryB, into);
      if ((this.#memoryB[at] as number) >= memoryB) into.push(at);
    }
    this.#collectBelow(this.right[at] as number, size, memoryB, into);
  }
}
