/** Whether an engine that works by steps can run a model: its law, its KV memory, and prompts that fit. */
import type { StepEngine } from "../world/serving/engines.ts";
import type { GpuKindSpec } from "../world/serving/gpu-kind.ts";
import { BLOCK_TOKENS, blockB, blocksBesideWeights, tokenLimit } from "../world/serving/kv-memory.ts";
import { gpuName, kvPerTokenB, type ModelKindSpec } from "../world/serving/model-kind.ts";
import type { Findings } from "./findings.ts";
import { checkPrompts } from "./meaning-prompts.ts";
import type { Parts } from "./parts.ts";
import type { ServingSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

const GIB = 1_073_741_824;
export const gib = (bytes: number): string => `${Number((bytes / GIB).toPrecision(4))} GiB`;

export interface StepCheck {
  readonly serving: ServingSpec;
  readonly engine: StepEngine;
  /** The model's place among the workload's, and its name there. */
  readonly key: string;
  readonly model: ModelKindSpec;
  /** GPUs of each replica. */
  readonly parallel: number;
  /** GPUs that hold its weights, and what they are called. */
  readonly gpus: readonly { readonly name: string; readonly kind: GpuKindSpec }[];
  readonly parts: Parts;
}

/** @returns whether all is well so far: only then can the load be judged. */
export function checkSteps(check: StepCheck, path: Path, findings: Findings): boolean {
  const { serving, engine, model, parallel, gpus } = check;
  const at = [...path, "kind"];
  if (!model.autoregressive) {
    const message = `names a model that writes no tokens, and engine ${serving.engine.kind} goes by them`;
    findings.problem(at, message, "Hint: engine: { kind: continuous }, or a model such as llama-2-7b.");
    return false;
  }
  const byStep = Object.keys(model.latency).filter((gpu) => model.latency[gpu]?.kind !== "linear");
  const stranger = gpus.find(({ name }) => !byStep.includes(gpuName(name)));
  if (stranger !== undefined) {
    const hint =
      byStep.length > 0 ? `It has one on: ${byStep.join(", ")}.` : "Hint: engine: { kind: continuous }, or a model such as llama-2-7b.";
    findings.problem(
      at,
      `names a model without a latency of kind step or roofline on ${gpuName(stranger.name)}, which engine ${serving.engine.kind} needs`,
      hint,
    );
    return false;
  }
  if (engine.kvBlocks === undefined && kvPerTokenB(model) === undefined) {
    const hint = "Hint: engine: { kvBlocks: 1000 }, or a model with kvPerToken.";
    findings.problem(
      at,
      `names a model without kvPerToken: nobody knows how many blocks of KV memory there are for engine ${serving.engine.kind}`,
      hint,
    );
    return false;
  }
  const blocks = engine.kvBlocks ?? Math.min(...gpus.map(({ kind }) => blocksBesideWeights(kind, model, parallel)));
  if (blocks === 0) {
    noBlocks(check, at, findings);
    return false;
  }
  return checkPrompts(check, path, { limit: tokenLimit(model, engine, blocks), engine, blocks }, findings);
}

/** Each request that writes takes one of a step's tokens. @see vLLM, which refuses max_num_batched_tokens below max_num_seqs. */
export function checkChunk({ maxBatch, chunk }: StepEngine, path: Path, findings: Findings): void {
  if (chunk >= maxBatch) return;
  const message = `must be at least maxBatch: in a step each of ${maxBatch} requests may write a token, got ${chunk}`;
  findings.problem([...path, "engine", "chunk"], message, `Hint: chunk: ${maxBatch}, or maxBatch: ${chunk}.`);
}

function noBlocks({ model, parallel, gpus }: StepCheck, path: Path, findings: Findings): void {
  const oneB = blockB(model, parallel);
  const weightsB = model.weights / parallel;
  const room = gpus.map(({ name, kind }) => `${gpuName(name)} ${gib(kind.memory - kind.overhead - weightsB)}`);
  const neededB = Math.min(...gpus.map(({ kind }) => kind.overhead)) + weightsB + oneB;
  findings.problem(
    path,
    `needs ${gib(oneB)} for a KV block of ${BLOCK_TOKENS} tokens, more than its weights leave: ${[...new Set(room)].join(", ")}`,
    `Hint: a GPU of at least ${gib(neededB)}.`,
  );
}
