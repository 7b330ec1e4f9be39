/**
 * Two maxima per subtree of servers in the order of their slots. The two may belong to different servers, so the search
 * may have to turn back; that costs O(n) only where many servers have much of one resource and little of the other.
 */
import { NONE } from "./treap.ts";

const CLOSED = -1; // below every need, zero included

export class FirstFitTree {
  readonly #leafCount: number;
  readonly #maxMilliCores: Int32Array;
  readonly #maxMemoryB: Float64Array;

  constructor(capacity: number) {
    let leafCount = 1;
    while (leafCount < capacity) leafCount *= 2;
    this.#leafCount = leafCount;
    this.#maxMilliCores = new Int32Array(2 * leafCount).fill(CLOSED);
    this.#maxMemoryB = new Float64Array(2 * leafCount).fill(CLOSED);
  }

  drop(slot: number): void {
    this.put(slot, CLOSED, CLOSED);
  }

  put(slot: number, milliCores: number, memoryB: number): void {
    const cores = this.#maxMilliCores;
    const memory = this.#maxMemoryB;
    let node = this.#leafCount + slot;
    cores[node] = milliCores;
    memory[node] = memoryB;
    for (node >>= 1; node >= 1; node >>= 1) {
      const maxCores = Math.max(cores[2 * node] as number, cores[2 * node + 1] as number);
      const maxMemory = Math.max(memory[2 * node] as number, memory[2 * node + 1] as number);
      if (cores[node] === maxCores && memory[node] === maxMemory) return;
      cores[node] = maxCores;
      memory[node] = maxMemory;
    }
  }

  /** The lowest slot with enough of both, or NONE. */
  first(milliCores: number, memoryB: number): number {
    let node = 1;
    for (;;) {
      if ((this.#maxMilliCores[node] as number) >= milliCores && (this.#maxMemoryB[node] as number) >= memoryB) {
        if (node >= this.#leafCount) return node - this.#leafCount;
        node *= 2;
      } else {
        while ((node & 1) === 1) node >>= 1;
        if (node === 0) return NONE;
        node++;
      }
    }
  }
}
