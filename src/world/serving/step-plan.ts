/** The step that an engine has put together, or the run of equal ones that follow from it. */
import { BLOCK_TOKENS } from "./kv-memory.ts";
import type { Sequence } from "./sequence.ts";
import type { StepRules } from "./step-replica.ts";
import { pairsOf, runS } from "./step-time.ts";

export class StepPlan {
  /** How many steps the run has. */
  steps = 0;
  /** Do prompts take most of it? */
  isPrompt = false;
  readonly #rules: StepRules;
  /** Length of the first step, and those who write in it. */
  #firstS = 0;
  #writers = 0;

  constructor(rules: StepRules) {
    this.#rules = rules;
  }

  /** From the tokens given to each. A run has more than one step where all write and nothing can change before its end. */
  set(running: readonly Sequence[], { freeBlocks, isSingle }: { readonly freeBlocks: number; readonly isSingle: boolean }): void {
    let promptTokens = 0;
    let promptPairs = 0;
    let writers = 0;
    let contextTokens = 0;
    let stepsLeft = Infinity;
    for (const sequence of running) {
      if (!sequence.decodes) {
        promptTokens += sequence.scheduled;
        promptPairs += pairsOf(sequence.computed, sequence.scheduled);
      } else if (sequence.scheduled > 0) {
        writers++;
        contextTokens += sequence.computed;
        stepsLeft = Math.min(stepsLeft, sequence.outputTokens - sequence.written);
      }
    }
    const { time } = this.#rules;
    this.#writers = writers;
    this.#firstS = time.stepS(promptTokens, promptPairs, writers, contextTokens);
    this.isPrompt = time.isPrompt(promptTokens, this.#firstS);
    const isUniform = !isSingle && promptTokens === 0 && writers === running.length;
    this.steps = isUniform ? this.#stepsWithin(running, stepsLeft, freeBlocks) : 1;
  }

  /** When the run's step number `step` ends. */
  boundaryS(startS: number, step: number): number {
    return startS + runS(this.#rules.time, this.#firstS, this.#writers, step);
  }

  /** Ends the run with the step that is under way at `nowS`. @returns whether it is shorter now. */
  cut(startS: number, nowS: number): boolean {
    let from = 1;
    let to = this.steps;
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if (this.boundaryS(startS, middle) >= nowS) to = middle;
      else from = middle + 1;
    }
    const isShorter = from < this.steps;
    this.steps = from;
    return isShorter;
  }

  /** Of so many steps, those for which there are blocks; the first has its blocks already. */
  #stepsWithin(running: readonly Sequence[], steps: number, freeBlocks: number): number {
    if (freeBlocks === Infinity || this.#rules.engine.reserves) return steps;
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
