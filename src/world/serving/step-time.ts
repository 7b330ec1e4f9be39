/** How long the steps of an engine take: a model on its GPUs at their clock. */
import type { Architecture } from "./architecture.ts";
import { type GpuKindSpec, nominalGpuClockHz } from "./gpu-kind.ts";
import { type RooflineLatency, type StepLatency, slowdown } from "./model-kind.ts";
import { RooflineStepTime } from "./roofline.ts";

export interface StepTime {
  /**
   * Seconds of one step: tokens of prompts; of these, each times the tokens that it looks back on, summed; requests that write a token;
   * and the tokens that these look back on together. Linear in the last.
   */
  stepS(promptTokens: number, promptPairs: number, writers: number, contextTokens: number): number;
  /** By how much each token looked back on lengthens a step in which all write, seconds. */
  readonly contextTokenS: number;
  /** Do prompts take most of a step of `stepS` seconds? */
  isPrompt(promptTokens: number, stepS: number): boolean;
}

export interface StepModel {
  /** A roofline needs it; a fitted law does not ask. */
  readonly architecture?: Architecture | undefined;
  /** GPUs that share every matrix (tensor parallelism); a fitted law speaks of the GPUs that it was measured on. */
  readonly parallel?: number;
}

/** @throws {Error} for a roofline without the architecture of a transformer: refused before */
export function makeStepTime(
  law: StepLatency | RooflineLatency,
  kind: GpuKindSpec,
  clockHz = nominalGpuClockHz(kind),
  { architecture, parallel = 1 }: StepModel = {},
): StepTime {
  if (law.kind === "step") return new FittedStepTime(law, kind, clockHz);
  if (architecture?.kind !== "transformer") throw new Error("a roofline of steps needs a transformer");
  return new RooflineStepTime(architecture, { kind, clockHz, parallel });
}

/** The same at any clock: each is made once. A clock mostly stays, so the last one is at hand. */
export function stepTimes(law: StepLatency | RooflineLatency, kind: GpuKindSpec, model: StepModel): (clockHz: number) => StepTime {
  const made = new Map<number, StepTime>();
  let lastHz = Number.NaN;
  let last: StepTime | undefined;
  return (clockHz) => {
    if (last !== undefined && clockHz === lastHz) return last;
    const time = made.get(clockHz) ?? makeStepTime(law, kind, clockHz, model);
    made.set(clockHz, time);
    lastHz = clockHz;
    last = time;
    return time;
  };
}

/** So many tokens of a prompt after `computed` others, each times the tokens that it looks back on. */
export function pairsOf(computed: number, tokens: number): number {
  return tokens * computed + (tokens * (tokens - 1)) / 2;
}

/** So many steps of the same writers, the first of which takes `firstS`: each looks back on one more token every step. */
export function runS(time: StepTime, firstS: number, writers: number, steps: number): number {
  return steps * firstS + (time.contextTokenS * writers * steps * (steps - 1)) / 2;
}

/** One request alone: so many tokens to compute after `computed` others, which writes the first of so many tokens; then the others, one a step. @param first the times of the first step, if they are others */
export function restS(time: StepTime, computed: number, toCompute: number, tokens: number, first = time): number {
  const firstS = first.stepS(toCompute, pairsOf(computed, toCompute), 0, 0);
  return firstS + runS(time, time.stepS(0, 0, 1, computed + toCompute), 1, tokens - 1);
}

/** By a fitted line: prompts are arithmetic, all else reads memory. Attention within prompts is in `perPromptToken`. */
class FittedStepTime implements StepTime {
  readonly #baseS: number;
  readonly #promptTokenS: number;
  readonly #writerS: number;
  readonly contextTokenS: number;

  constructor(law: StepLatency, kind: GpuKindSpec, clockHz: number) {
    const reading = slowdown(kind, clockHz, "decode");
    this.#baseS = law.base * reading;
    this.#promptTokenS = law.perPromptToken * slowdown(kind, clockHz, "compute");
    this.#writerS = law.perSequence * reading;
    this.contextTokenS = law.perContextToken * reading;
  }

  stepS(promptTokens: number, _promptPairs: number, writers: number, contextTokens: number): number {
    return this.#baseS + this.#promptTokenS * promptTokens + this.#writerS * writers + this.contextTokenS * contextTokens;
  }

  isPrompt(promptTokens: number, stepS: number): boolean {
    return 2 * this.#promptTokenS * promptTokens > stepS;
  }
}
