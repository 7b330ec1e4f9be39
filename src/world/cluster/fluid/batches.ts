/** Requests of a fluid service that came together and are not through yet, in order of arrival. Hot: bench/learn-envs.ts. */
import { LAW_SIZE } from "./latency-law.ts";

const ARRIVAL = 0;
const COUNT = 1;
const LAW_AT = 2;
const CELLS = LAW_AT + LAW_SIZE;

/** Hears of `count` of a batch that leave: when they came, and where the law of their latency lies. */
export type Leaving = (count: number, arrivalS: number, laws: ArrayLike<number>, lawAt: number) => void;

/** Of doubles: unlike a typed array it takes no memory of its own, and replicas come and go. */
const ring = (batches: number): number[] => new Array<number>(batches * CELLS).fill(Number.NaN);

/** A ring in one array. */
export class Batches {
  #cells = ring(2);
  #first = 0;
  #count = 0;

  push(arrivalS: number, count: number, law: Float64Array): void {
    if ((this.#count + 1) * CELLS > this.#cells.length) this.#grow();
    const cells = this.#cells;
    const at = this.#at(this.#count++);
    cells[at + ARRIVAL] = arrivalS;
    cells[at + COUNT] = count;
    for (let i = 0; i < LAW_SIZE; i++) cells[at + LAW_AT + i] = law[i] as number;
  }

  /** Takes the `count` that came first out. There must be as many. */
  take(count: number, leave: Leaving): void {
    let left = count;
    while (left > 0) {
      const at = this.#at(0);
      const here = this.#cells[at + COUNT] as number;
      const taken = Math.min(left, here);
      leave(taken, this.#cells[at + ARRIVAL] as number, this.#cells, at + LAW_AT);
      left -= taken;
      this.#cells[at + COUNT] = here - taken;
      if (taken < here) return;
      this.#first = this.#at(1);
      this.#count--;
    }
  }

  /** All of them, left where they are. */
  visit(see: (count: number, arrivalS: number) => void): void {
    for (let i = 0; i < this.#count; i++) {
      const at = this.#at(i);
      see(this.#cells[at + COUNT] as number, this.#cells[at + ARRIVAL] as number);
    }
  }

  #at(i: number): number {
    const at = this.#first + i * CELLS;
    return at < this.#cells.length ? at : at - this.#cells.length;
  }

  #grow(): void {
    const larger = ring((2 * this.#cells.length) / CELLS);
    for (let i = 0; i < this.#cells.length; i++) larger[i] = this.#cells[(this.#first + i) % this.#cells.length] as number;
    this.#cells = larger;
    this.#first = 0;
  }
}
