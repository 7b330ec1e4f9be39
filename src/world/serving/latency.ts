/** How long a request alone takes on a GPU at its clock. */
import type { GpuKindSpec } from "./gpu-kind.ts";
import { activityOf, type LatencyLaw, type ModelKindSpec, slowdown } from "./model-kind.ts";
import { makeStepTime, pairsOf, runS } from "./step-time.ts";

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
  const time = makeStepTime(law, gpu.kind, gpu.clockHz);
  const decodes = output - 1;
  return time.stepS(prompt, pairsOf(0, prompt), 0, 0) + runS(time, time.stepS(0, 0, 1, prompt), 1, decodes);
}

/**
 * The same before the clock slows it down by the model's one factor. By steps, where prompts and tokens slow down differently, it is
 * right at the GPU's clock at the start.
 */
export function unslowedS(model: ModelKindSpec, law: LatencyLaw, gpu: { kind: GpuKindSpec; clockHz: number }, tokens: Tokens): number {
  if (law.kind === "linear") return law.base + law.perToken * tokens.output;
  return aloneS(model, law, gpu, tokens) / slowdown(gpu.kind, gpu.clockHz, activityOf(model));
}
