/** How a replica makes batches of requests, or steps of tokens. All members of a batch advance at the speed of a request alone. */
import { z } from "zod";
import { type Plugin, registry } from "../base/plugin.ts";
import { quantity } from "../base/quantity.ts";
import type { Link } from "./partition.ts";

export interface BatchEngine {
  readonly kind: "batches";
  readonly maxBatch: number;
  /** A batch that is not full begins once the first of those who wait has waited this long since it arrived, seconds. */
  readonly batchWaitS: number;
  /** Does the batch end with its shortest member? The others then go back to the queue with what is left of them. */
  readonly isContinuous: boolean;
}

/** An engine that works by steps, and admits and releases requests between them. */
export interface StepEngine {
  readonly kind: "steps";
  /** Most requests in a step. */
  readonly maxBatch: number;
  /** Most tokens in a step. */
  readonly chunk: number;
  /** Blocks of KV memory; undefined: what the GPU has left beside the weights. */
  readonly kvBlocks: number | undefined;
  /** What a request has memory for from its admission on, beyond what it computes next; with the longest answer it is never preempted. */
  readonly reserves: "nothing" | "prompt" | "answer";
  /** Share of the blocks that must be free once another request is admitted. */
  readonly watermark: number;
  /** Undefined: each replica computes prompts and writes answers. */
  readonly disaggregation?: Disaggregation;
}

/** Some replicas compute prompts and send keys and values to others, which write. */
export interface Disaggregation {
  /** Of each model's replicas, how many compute prompts: its first ones. */
  readonly prefill: number;
  /** The way out of one of them; undefined: the link between its GPUs and others of their server. */
  readonly link: Link | undefined;
}

export type Engine = BatchEngine | StepEngine;

const batching = {
  maxBatch: z.int().min(1).max(4096).default(8),
  batchWait: quantity("duration", { example: "100 ms" }).default(0),
};

const noneSchema = z.strictObject({ kind: z.literal("none") });
const none: Plugin<"none", z.output<typeof noneSchema>, BatchEngine> = {
  kind: "none",
  doc: "One request at a time.",
  schema: noneSchema,
  create: () => ({ kind: "batches", maxBatch: 1, batchWaitS: 0, isContinuous: false }),
};

const dynamicSchema = z.strictObject({ kind: z.literal("dynamic"), ...batching });
const dynamic: Plugin<"dynamic", z.output<typeof dynamicSchema>, BatchEngine> = {
  kind: "dynamic",
  doc: "Batches of requests: a batch answers when its longest member is done.",
  schema: dynamicSchema,
  create: ({ maxBatch, batchWait }) => ({ kind: "batches", maxBatch, batchWaitS: batchWait, isContinuous: false }),
};

const continuousSchema = z.strictObject({ kind: z.literal("continuous"), ...batching });
const continuous: Plugin<"continuous", z.output<typeof continuousSchema>, BatchEngine> = {
  kind: "continuous",
  doc: "A new batch whenever the shortest member is done; the others compete anew with what is left of them.",
  schema: continuousSchema,
  create: ({ maxBatch, batchWait }) => ({ kind: "batches", maxBatch, batchWaitS: batchWait, isContinuous: true }),
};

const stepping = {
  maxBatch: z.int().min(1).max(4096).default(128),
  kvBlocks: z
    .union([z.int().min(1), z.literal("unlimited")])
    .optional()
    .meta({ description: "Blocks of 16 tokens of KV memory; absent: what the GPU has left beside the weights." }),
};
const chunk = z.int().min(1);

interface Stepping {
  readonly maxBatch: number;
  readonly chunk?: number;
  readonly kvBlocks?: number | "unlimited" | undefined;
}

/** Without a chunk, prompts are computed whole. */
function steps({ maxBatch, chunk: tokens = Infinity, kvBlocks }: Stepping, reserves: StepEngine["reserves"], watermark = 0): StepEngine {
  return { kind: "steps", maxBatch, chunk: tokens, kvBlocks: kvBlocks === "unlimited" ? Infinity : kvBlocks, reserves, watermark };
}

const orcaSchema = z.strictObject({ kind: z.literal("orca"), ...stepping });
const orca: Plugin<"orca", z.output<typeof orcaSchema>, StepEngine> = {
  kind: "orca",
  doc: "By steps: whole prompts and one token of each answer; memory for the longest answer is kept from admission on.",
  schema: orcaSchema,
  create: (spec) => steps(spec, "answer"),
};

const vllmSchema = z.strictObject({ kind: z.literal("vllm"), chunk: chunk.default(2048), ...stepping });
const vllm: Plugin<"vllm", z.output<typeof vllmSchema>, StepEngine> = {
  kind: "vllm",
  doc: "By steps of at most chunk tokens, prompts in pieces; memory in blocks as needed, and the last admitted gives way.",
  schema: vllmSchema,
  create: (spec) => steps(spec, "nothing"),
};

/** @see Agrawal et al., Taming Throughput-Latency Tradeoff in LLM Inference with Sarathi-Serve, OSDI 2024. Chunk and watermark as in its release. */
const SARATHI_WATERMARK = 0.01;
const sarathiSchema = z.strictObject({ kind: z.literal("sarathi"), chunk: chunk.default(512), ...stepping });
const sarathi: Plugin<"sarathi", z.output<typeof sarathiSchema>, StepEngine> = {
  kind: "sarathi",
  doc: "As vllm in small chunks, answers before prompts; a request has memory for its whole prompt from admission on, and a hundredth stays free then.",
  schema: sarathiSchema,
  create: (spec) => steps(spec, "prompt", SARATHI_WATERMARK),
};

const disaggregatedSchema = z.strictObject({
  kind: z.literal("disaggregated"),
  prefill: z.int().min(1).default(1).meta({ description: "Of each model's replicas, how many compute prompts; the others write." }),
  chunk: chunk.default(2048),
  link: z
    .strictObject({
      bandwidth: quantity("bandwidth", { above: 0, example: "25 GB/s" }),
      latency: quantity("duration", { example: "1 ms" }).default(0),
    })
    .optional()
    .meta({ description: "What one replica sends keys and values over; absent: the link between GPUs of one server." }),
  ...stepping,
});
const disaggregated: Plugin<"disaggregated", z.output<typeof disaggregatedSchema>, StepEngine> = {
  kind: "disaggregated",
  doc: "By steps as vllm, on two kinds of replicas: some compute prompts and send their keys and values to the others, which write.",
  schema: disaggregatedSchema,
  create: ({ prefill, link, ...spec }) => ({ ...steps(spec, "nothing"), disaggregation: { prefill, link } }),
};

export const engines = registry("engine", [none, dynamic, continuous, disaggregated, orca, sarathi, vllm]);
export const engineSchema = z.discriminatedUnion("kind", [
  noneSchema,
  dynamicSchema,
  continuousSchema,
  disaggregatedSchema,
  orcaSchema,
  sarathiSchema,
  vllmSchema,
]);
export type EngineSpec = z.output<typeof engineSchema>;

export function makeEngine(spec: EngineSpec): Engine {
  switch (spec.kind) {
    case "none":
      return none.create(spec);
    case "dynamic":
      return dynamic.create(spec);
    case "continuous":
      return continuous.create(spec);
    case "disaggregated":
      return disaggregated.create(spec);
    case "orca":
      return orca.create(spec);
    case "sarathi":
      return sarathi.create(spec);
    case "vllm":
      return vllm.create(spec);
  }
}
