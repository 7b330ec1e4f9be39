/** The step that an engine has put together, or the run of equal ones that follow from it. */
import { BLOCK_TOKENS } from "./kv-memory.ts";
import type { Sequence } from "./sequence.ts";
import type { StepRules } from "./step-replica.ts";
import { pairsOf, runS, type StepTime } from "./step-time.ts";

/** What stops a run from going on. */
export interface RunLimits {
  readonly freeBlocks: number;
  /** Must all be looked at anew after one step? */
  readonly isSingle: boolean;
}

export class StepPlan {
  /** How many steps the run has. */
  steps = 0;
  /** Do prompts take most of it, at the clock at which it begins? */
  isPrompt = false;
  readonly #rules: StepRules;
  #time: StepTime;
  /** What the first step computes. */
  #promptTokens = 0;
  #promptPairs = 0;
  #writers = 0;
  #contextTokens = 0;
  // The steps from number `#first` on take the times of one clock: the first of them `#firstS`. It ends as if it had begun at `#originS`.
  #first = 1;
  #firstS = 0;
  #originS = 0;
  /** When the step `#first` really began. */
  #begunS = 0;
  /** When the first step of all ended, where that is over, and the longest of those from the second on that are over. */
  #firstEndS = Number.NaN;
  #longestS = 0;

  constructor(rules: StepRules, time: StepTime) {
    this.#rules = rules;
    this.#time = time;
  }

  /** From the tokens given to each, at a clock. A run has more than one step where all write and nothing can change before its end. */
  set(running: readonly Sequence[], time: StepTime, { freeBlocks, isSingle }: RunLimits): void {
    this.#promptTokens = 0;
    this.#promptPairs = 0;
    this.#writers = 0;
    this.#contextTokens = 0;
    let stepsLeft = Infinity;
    for (const sequence of running) {
      if (!sequence.decodes) {
        this.#promptTokens += sequence.scheduled;
        this.#promptPairs += pairsOf(sequence.computed, sequence.scheduled);
      } else if (sequence.scheduled > 0) {
        this.#writers++;
        this.#contextTokens += sequence.computed;
        stepsLeft = Math.min(stepsLeft, sequence.outputTokens - sequence.written);
      }
    }
    this.#time = time;
    this.#first = 1;
    this.#firstS = this.#lengthS(1);
    this.#firstEndS = Number.NaN;
    this.#longestS = 0;
    this.isPrompt = time.isPrompt(this.#promptTokens, this.#firstS);
    const isUniform = !isSingle && this.#promptTokens === 0 && this.#writers === running.length;
    this.steps = isUniform ? this.#stepsWithin(running, stepsLeft, freeBlocks) : 1;
  }

  /** The first step begins. */
  begin(startS: number): void {
    this.#originS = startS;
    this.#begunS = startS;
  }

  /** When the step number `step` ends: one that is not over, or, where the clock has not changed, any. */
  boundaryS(step: number): number {
    return this.#originS + runS(this.#time, this.#firstS, this.#writers, step - this.#first + 1);
  }

  /** Another clock holds from `nowS` on: of the step under way its share is done, the rest and all others take the new times. */
  bend(nowS: number, time: StepTime): void {
    const step = this.#stepAt(nowS);
    const left = (this.boundaryS(step) - nowS) / this.#paceS(step);
    this.#close(step - 1);
    this.#time = time;
    this.#first = step;
    this.#firstS = this.#lengthS(step);
    this.#originS = nowS - (1 - left) * this.#firstS;
  }

  /** Ends the run with the step that is under way at `nowS`. @returns whether it is shorter now. */
  cut(nowS: number): boolean {
    const step = this.#stepAt(nowS);
    const isShorter = step < this.steps;
    this.steps = step;
    return isShorter;
  }

  /** The run is over. @returns when its first step ended, and the longest of the others (0 where there is none). */
  end(): { readonly firstEndS: number; readonly longestS: number } {
    this.#close(this.steps);
    return { firstEndS: this.#firstEndS, longestS: this.#longestS };
  }

  /** The steps up to number `last` are over. Among those of one clock the last is the longest, beside the first, which a change may have stretched. */
  #close(last: number): void {
    if (last < this.#first) return;
    const firstEndS = this.boundaryS(this.#first);
    const lastEndS = this.boundaryS(last);
    if (this.#first === 1) this.#firstEndS = firstEndS;
    else this.#longestS = Math.max(this.#longestS, firstEndS - this.#begunS);
    if (last > this.#first) this.#longestS = Math.max(this.#longestS, lastEndS - this.boundaryS(last - 1));
    this.#begunS = lastEndS;
  }

  /** The step under way at `nowS`; at a boundary, the one that ends there. */
  #stepAt(nowS: number): number {
    let from = this.#first;
    let to = this.steps;
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if (this.boundaryS(middle) >= nowS) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  /** How long the step number `step` takes from begin to end at the clock that holds. */
  #lengthS(step: number): number {
    const contextTokens = this.#contextTokens + (step - 1) * this.#writers;
    return this.#time.stepS(this.#promptTokens, this.#promptPairs, this.#writers, contextTokens);
  }

  #paceS(step: number): number {
    return this.#firstS + this.#time.contextTokenS * this.#writers * (step - this.#first);
  }

  /** Of so many steps, those for which there are blocks; the first has its blocks already. */
  #stepsWithin(running: readonly Sequence[], steps: number, freeBlocks: number): number {
    if (freeBlocks === Infinity || this.#rules.engine.reserves === "answer") return steps;
    let from = 1;
    let to = steps;
    while (from < to) {
      const middle = Math.ceil((from + to) / 2);
      if (blocksAfter(running, middle) <= freeBlocks) from = middle;
      else to = middle - 1;
    }
    return from;
  }
}

/** Blocks that all take beyond what they hold, once each has computed so many tokens more. */
function blocksAfter(running: readonly Sequence[], steps: number): number {
  let sum = 0;
  for (const { computed, blocks } of running) sum += Math.ceil((computed + steps) / BLOCK_TOKENS) - blocks;
  return sum;
}
