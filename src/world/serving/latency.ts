/** How long a request alone takes on a GPU at its clock. */
import type { GpuKindSpec } from "./gpu-kind.ts";
import type { LatencyLaw, ModelKindSpec } from "./model-kind.ts";
import { lonePass, operatorsOf, passS, slowdownsOf } from "./operators.ts";
import { makeStepTime, restS } from "./step-time.ts";

/** Tokens of a request: what it asks and what is answered. */
export interface Tokens {
  readonly prompt: number;
  readonly output: number;
}

interface Gpu {
  readonly kind: GpuKindSpec;
  readonly clockHz: number;
  /** GPUs that share every step; absent: one. */
  readonly parallel?: number;
}

/** Seconds that a request takes alone. */
export function aloneS(model: ModelKindSpec, law: LatencyLaw, gpu: Gpu, tokens: Tokens): number {
  const slowdown = law.kind === "linear" ? slowdownsOf(model, gpu.kind)(gpu.clockHz) : 1;
  return slowdown * lawOf(model, law, gpu)(tokens);
}

/**
 * The same before the clock slows it down by the model's one factor. By steps, where prompts and tokens slow down differently, it is
 * right at the GPU's clock at the start. Made once for many requests.
 */
export function unslowedOf(model: ModelKindSpec, law: LatencyLaw, gpu: Gpu): (tokens: Tokens) => number {
  const alone = lawOf(model, law, gpu);
  if (law.kind === "linear") return alone;
  const slowdown = slowdownsOf(model, gpu.kind, gpu.parallel)(gpu.clockHz);
  return (tokens) => alone(tokens) / slowdown;
}

/**
 * A linear law at the greatest clock. By steps, at the GPU's clock: the prompt, then one token after another, each looking back on all
 * before it; an encoder's roofline is one pass of its batch.
 */
function lawOf(model: ModelKindSpec, law: LatencyLaw, { kind, clockHz, parallel = 1 }: Gpu): (tokens: Tokens) => number {
  if (law.kind === "linear") return ({ output }) => law.base + law.perToken * output;
  if (!model.autoregressive) {
    const onceS = passS(operatorsOf(model, kind, lonePass(model), { clockHz }));
    return () => onceS;
  }
  const time = makeStepTime(law, kind, clockHz, { architecture: model.architecture, parallel });
  return ({ prompt, output }) => restS(time, 0, prompt, output);
}
