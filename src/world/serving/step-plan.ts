/** The step that an engine has put together, or the run of equal ones that follow from it. */
import type { ReplicaWork } from "./replica-port.ts";
import type { Sequence } from "./sequence.ts";
import { runS, type StepTime } from "./step-time.ts";

/** What a step computes. */
export interface StepMix {
  readonly promptTokens: number;
  /** Of these, each times the tokens that it looks back on, summed. */
  readonly promptPairs: number;
  /** Requests that write, and the tokens that these look back on together. */
  readonly writers: number;
  readonly contextTokens: number;
}

export class StepPlan {
  /** How many steps the run has. */
  steps = 0;
  /** What the first step computes. */
  mix: StepMix = { promptTokens: 0, promptPairs: 0, writers: 0, contextTokens: 0 };
  #time: StepTime;
  // The steps from number `#first` on take the times of one clock: the first of them `#firstS`. It ends as if it had begun at `#originS`.
  #first = 1;
  #firstS = 0;
  #originS = 0;
  /** When the step `#first` really began. */
  #begunS = 0;
  /** The longest of the steps that are over. */
  #longestS = 0;

  constructor(time: StepTime) {
    this.#time = time;
  }

  /** A step begins, or a run of `steps` of which it is the first. */
  begin(mix: StepMix, time: StepTime, startS: number, steps: number): void {
    this.steps = steps;
    this.mix = mix;
    this.#time = time;
    this.#first = 1;
    this.#firstS = mixS(mix, time);
    this.#originS = startS;
    this.#begunS = startS;
    this.#longestS = 0;
  }

  /** When the step number `step` ends: one that is not over, or, where the clock has not changed, any. */
  boundaryS(step: number): number {
    return this.#originS + runS(this.#time, this.#firstS, this.mix.writers, step - this.#first + 1);
  }

  /** Another clock holds from `nowS` on: of the step under way its share is done, the rest and all others take the new times. */
  bend(nowS: number, time: StepTime): void {
    const step = this.#stepAt(nowS);
    const left = (this.boundaryS(step) - nowS) / this.#paceS(step);
    this.#close(step - 1);
    this.#time = time;
    this.#first = step;
    const { writers, contextTokens } = this.mix;
    this.#firstS = mixS({ ...this.mix, contextTokens: contextTokens + (step - 1) * writers }, time);
    this.#originS = nowS - (1 - left) * this.#firstS;
  }

  /** Ends the run with the step that is under way at `nowS`. @returns whether it is shorter now. */
  cut(nowS: number): boolean {
    const step = this.#stepAt(nowS);
    const isShorter = step < this.steps;
    this.steps = step;
    return isShorter;
  }

  /** The run is over. @returns how long the longest of its steps took */
  end(): number {
    this.#close(this.steps);
    return this.#longestS;
  }

  /** The steps up to number `last` are over. Among those of one clock the last is the longest, beside the first, which a change may have stretched. */
  #close(last: number): void {
    if (last < this.#first) return;
    this.#longestS = Math.max(this.#longestS, this.boundaryS(this.#first) - this.#begunS);
    const lastEndS = this.boundaryS(last);
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
  #paceS(step: number): number {
    return this.#firstS + this.#time.contextTokenS * this.mix.writers * (step - this.#first);
  }
}

function mixS({ promptTokens, promptPairs, writers, contextTokens }: StepMix, time: StepTime): number {
  return time.stepS(promptTokens, promptPairs, writers, contextTokens);
}

/** Do prompts, of which there are some, take most of a step? */
export const isPrompt = (mix: StepMix, time: StepTime): boolean => time.isPrompt(mix.promptTokens, mixS(mix, time));

/** What so many of the same steps come to; `prompts` as they are in it. */
export function stepWork(
  { promptTokens, writers }: StepMix,
  prompts: readonly Sequence[],
  steps: number,
): Pick<ReplicaWork, "kind" | "steps" | "promptTokens" | "outputTokens"> {
  const first = prompts.filter(({ scheduled, toCompute }) => scheduled === toCompute).length;
  const kind = steps === 0 ? "unfinished" : promptTokens === 0 ? "decode" : writers === 0 ? "prefill" : "mixed";
  return { kind, steps, promptTokens: steps * promptTokens, outputTokens: steps * (writers + first) };
}
