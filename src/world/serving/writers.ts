/**
 * Those of a replica whose prompt is done: each writes one token in every step. A step touches none of them. It moves a common counter on,
 * and what is asked of all (the tokens they look back on, the blocks they need, who is done first) is kept as sums. Hot: bench/serving.ts.
 */
import { BLOCK_TOKENS } from "./kv-memory.ts";
import type { Sequence } from "./sequence.ts";

/** "Does not write": a place in the heap that nobody has. */
export const NOT_WRITING = -1;

export class Writers {
  /** Steps that have been made. */
  #step = 0;
  /** Tokens that all look back on. */
  contextTokens = 0;
  /** When the last step ended. */
  #lastS = Number.NaN;
  /** How many fill their last block at a step of which the number has this remainder by the tokens of a block. */
  readonly #fills = new Int32Array(BLOCK_TOKENS);
  /** A heap by the step that writes the last token, then by admission. */
  readonly #heap: Sequence[] = [];
  // Lengths of steps that none after them reached: the number of the last one of its run, rising, and the length, falling.
  readonly #gapSteps: number[] = [];
  readonly #gapsS: number[] = [];

  get count(): number {
    return this.#heap.length;
  }

  /** Steps until the first of them is done. */
  get stepsLeft(): number {
    return (this.#heap[0] as Sequence).lastStep - this.#step;
  }

  /** The first who is done after the steps made so far. */
  get done(): Sequence | undefined {
    const first = this.#heap[0];
    return first !== undefined && first.lastStep === this.#step ? first : undefined;
  }

  has({ position }: Sequence): boolean {
    return position !== NOT_WRITING;
  }

  /** Tokens in memory, also of one who does not write. */
  computedBy(sequence: Sequence): number {
    return this.has(sequence) ? sequence.computed + this.#step - sequence.joinedStep : sequence.computed;
  }

  /** One who has computed all that it has, its first token of this stay included, writes from the next step on. */
  join(sequence: Sequence): void {
    sequence.joinedStep = this.#step;
    sequence.lastStep = this.#step + sequence.outputTokens - sequence.written;
    this.contextTokens += sequence.computed;
    this.#countFill(sequence, 1);
    this.#heap.push(sequence);
    this.#siftUp(this.#heap.length - 1, sequence);
  }

  /** It writes no more, here or at all: from now on its own numbers are right. */
  leave(sequence: Sequence): void {
    this.#countFill(sequence, -1);
    const steps = this.#step - sequence.joinedStep;
    if (steps > 0) {
      sequence.computed += steps;
      sequence.written += steps;
      sequence.lastS = this.#lastS;
      sequence.longestGapS = Math.max(sequence.longestGapS, this.#longestSince(sequence.joinedStep));
    }
    this.contextTokens -= sequence.computed;
    this.#remove(sequence);
    if (this.#heap.length > 0) return;
    this.#gapSteps.length = 0;
    this.#gapsS.length = 0;
  }

  /** All make so many steps, the longest of which takes `longestS`. */
  advance(steps: number, longestS: number, nowS: number): void {
    this.#step += steps;
    this.contextTokens += steps * this.#heap.length;
    this.#lastS = nowS;
    if (this.#heap.length === 0) return;
    while (this.#gapsS.length > 0 && (this.#gapsS.at(-1) as number) <= longestS) {
      this.#gapsS.pop();
      this.#gapSteps.pop();
    }
    this.#gapsS.push(longestS);
    this.#gapSteps.push(this.#step);
  }

  /** Blocks that all take in so many steps. */
  blocksIn(steps: number): number {
    let blocks = Math.floor(steps / BLOCK_TOKENS) * this.#heap.length;
    for (let i = steps % BLOCK_TOKENS; i > 0; i--) blocks += this.#fills[remainder(this.#step + i - 1)] as number;
    return blocks;
  }

  /** Of at most `most` steps, those for which so many blocks are enough. */
  stepsWithin(blocks: number, most: number): number {
    if (this.blocksIn(most) <= blocks) return most;
    const rounds = Math.floor(blocks / this.#heap.length);
    let steps = rounds * BLOCK_TOKENS;
    let left = blocks - rounds * this.#heap.length;
    for (;;) {
      left -= this.#fills[remainder(this.#step + steps)] as number;
      if (left < 0) return steps;
      steps++;
    }
  }

  /** Does it need a block for its next token? */
  needsBlock(sequence: Sequence): boolean {
    return this.computedBy(sequence) % BLOCK_TOKENS === 0;
  }

  /** The longest step since one joined. */
  #longestSince(step: number): number {
    let from = 0;
    let to = this.#gapSteps.length - 1;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#gapSteps[middle] as number) > step) to = middle;
      else from = middle + 1;
    }
    return this.#gapsS[from] as number;
  }

  #countFill({ computed, joinedStep }: Sequence, by: 1 | -1): void {
    const at = remainder(joinedStep - computed);
    this.#fills[at] = (this.#fills[at] as number) + by;
  }

  #remove(sequence: Sequence): void {
    const { position } = sequence;
    const last = this.#heap.pop() as Sequence;
    sequence.position = NOT_WRITING;
    if (last === sequence) return;
    this.#siftDown(position, last);
    if (this.#heap[position] === last) this.#siftUp(position, last);
  }

  #siftUp(start: number, sequence: Sequence): void {
    const heap = this.#heap;
    let i = start;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(sequence, heap[parent] as Sequence)) break;
      put(heap, i, heap[parent] as Sequence);
      i = parent;
    }
    put(heap, i, sequence);
  }

  #siftDown(start: number, sequence: Sequence): void {
    const heap = this.#heap;
    const { length } = heap;
    let i = start;
    for (let child = 2 * i + 1; child < length; child = 2 * i + 1) {
      if (child + 1 < length && isBefore(heap[child + 1] as Sequence, heap[child] as Sequence)) child++;
      if (!isBefore(heap[child] as Sequence, sequence)) break;
      put(heap, i, heap[child] as Sequence);
      i = child;
    }
    put(heap, i, sequence);
  }
}

/** Of a whole number, which may be negative, by the tokens of a block: 0 to 15. */
const remainder = (step: number): number => step & (BLOCK_TOKENS - 1);

function put(heap: Sequence[], i: number, sequence: Sequence): void {
  heap[i] = sequence;
  sequence.position = i;
}

function isBefore(a: Sequence, b: Sequence): boolean {
  return a.lastStep !== b.lastStep ? a.lastStep < b.lastStep : a.admission < b.admission;
}
