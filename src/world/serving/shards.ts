/** One model on several GPUs of a server: cut into stages for batches, or, for steps, with each GPU a share of every matrix (tensor parallelism). */
import type { Engine } from "./engines.ts";
import type { GpuKindSpec } from "./gpu-kind.ts";
import { gpuName, type ModelKindSpec } from "./model-kind.ts";
import { slowdownsOf } from "./operators.ts";
import { cutProblem, type Part, partsOf, sensitivityOf } from "./partition.ts";
import { keyShare } from "./roofline.ts";

export type Split = "stages" | "shards";

export const splitOf = ({ kind }: Engine): Split => (kind === "steps" ? "shards" : "stages");

export interface NamedGpu {
  readonly name: string;
  readonly kind: GpuKindSpec;
}

/** Why a model cannot span so many GPUs, and what would help, or undefined. */
export function splitProblem(split: Split, model: ModelKindSpec, { name, kind }: NamedGpu, count: number): ReturnType<typeof cutProblem> {
  if (count === 1) return undefined;
  if (split === "stages") return cutProblem(model, kind, count);
  const { architecture, latency } = model;
  const gpu = gpuName(name);
  if (latency[gpu]?.kind !== "roofline" || architecture?.kind !== "transformer")
    return {
      message: `needs a latency of kind roofline on ${gpu}: a fitted law of steps speaks of the GPUs that it was measured on`,
      hint: `parallel: 1, or architecture and latency: { ${gpu}: { kind: roofline } } in the model's file`,
    };
  if (kind.roofline?.link === undefined)
    return { message: "needs a GPU kind with a roofline and a link between its GPUs", hint: "roofline: { link } in the GPU's file" };
  const { heads } = architecture;
  if (heads % count === 0) return undefined;
  const enough = Array.from({ length: heads }, (_, i) => i + 1).filter((each) => heads % each === 0);
  const near = enough.toSorted((a, b) => Math.abs(a - count) - Math.abs(b - count) || a - b)[0];
  return { message: `must divide the model's ${heads} heads: each GPU has as many`, hint: `parallel: ${near}` };
}

/** The model on each of so many GPUs. @throws {Error} where `splitProblem` has something to say: refused before */
export function splitInto(split: Split, model: ModelKindSpec, kind: GpuKindSpec, count: number): readonly Part[] {
  if (split === "stages" || count === 1) return partsOf(model, kind, count);
  const slowdownAt = slowdownsOf(model, kind, count);
  const part = { share: 1, weightsB: model.weights / count, slowdownAt, sensitivity: sensitivityOf(slowdownAt, kind) };
  return Array.from({ length: count }, () => part);
}

/** Of so many GPUs those among which keys and values are shared: heads of keys that are fewer are kept more than once. */
export const keyShards = ({ architecture }: ModelKindSpec, count: number): number =>
  architecture?.kind === "transformer" ? keyShare(architecture, count) : count;
