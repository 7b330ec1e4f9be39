/** How long a model takes on a GPU at its clock: a request alone, or one step of an engine. */
import { type GpuKindSpec, nominalGpuClockHz } from "./gpu-kind.ts";
import { activityOf, type LatencyLaw, type ModelKindSpec, type StepLatency, slowdown } from "./model-kind.ts";

/** Tokens of a request: what it asks and what is answered. */
export interface Tokens {
  readonly prompt: number;
  readonly output: number;
}

/** Seconds that a request takes alone. By steps: its prompt, then one token after another, each looking back on all before it. */
export function aloneS(
  model: ModelKindSpec,
  law: LatencyLaw,
  gpu: { kind: GpuKindSpec; clockHz: number },
  { prompt, output }: Tokens,
): number {
  if (law.kind === "linear") return (law.base + law.perToken * output) * slowdown(gpu.kind, gpu.clockHz, activityOf(model));
  const step = new StepTime(law, gpu.kind, gpu.clockHz);
  const decodes = output - 1;
  return step.ofS(prompt, 0, 0) + step.runS(step.ofS(0, 1, prompt), 1, decodes);
}

/**
 * The same before the clock slows it down by the model's one factor. By steps, where prompts and tokens slow down differently, it is
 * right at the GPU's clock at the start.
 */
export function unslowedS(model: ModelKindSpec, law: LatencyLaw, gpu: { kind: GpuKindSpec; clockHz: number }, tokens: Tokens): number {
  if (law.kind === "linear") return law.base + law.perToken * tokens.output;
  return aloneS(model, law, gpu, tokens) / slowdown(gpu.kind, gpu.clockHz, activityOf(model));
}

/** A law's seconds at a clock: prompts are arithmetic, all else reads memory. */
export class StepTime {
  readonly #baseS: number;
  readonly #promptTokenS: number;
  readonly #sequenceS: number;
  readonly #contextTokenS: number;

  constructor(law: StepLatency, kind: GpuKindSpec, clockHz = nominalGpuClockHz(kind)) {
    const reading = slowdown(kind, clockHz, "decode");
    this.#baseS = law.base * reading;
    this.#promptTokenS = law.perPromptToken * slowdown(kind, clockHz, "compute");
    this.#sequenceS = law.perSequence * reading;
    this.#contextTokenS = law.perContextToken * reading;
  }

  /** One step of so many prompt tokens, and of sequences that write and together look back on so many tokens. */
  ofS(promptTokens: number, sequences: number, contextTokens: number): number {
    return this.#baseS + this.#promptTokenS * promptTokens + this.#sequenceS * sequences + this.#contextTokenS * contextTokens;
  }

  /** Is it the prompt that takes most of such a step? */
  isPrompt(promptTokens: number, stepS: number): boolean {
    return 2 * this.#promptTokenS * promptTokens > stepS;
  }

  /** So many steps of the same writing sequences, the first of which takes `firstS`: each looks back on one more token every step. */
  runS(firstS: number, sequences: number, steps: number): number {
    return steps * firstS + (this.#contextTokenS * sequences * steps * (steps - 1)) / 2;
  }
}
