/** Memory for keys and values of one replica, in blocks of 16 tokens. */
import type { StepEngine } from "./engines.ts";
import type { GpuKindSpec } from "./gpu-kind.ts";
import { kvPerTokenB, type ModelKindSpec } from "./model-kind.ts";
import { keyShards } from "./shards.ts";

/** @see vLLM's default block size. */
export const BLOCK_TOKENS = 16;

export const blocksFor = (tokens: number): number => Math.ceil(tokens / BLOCK_TOKENS);

/** Whole blocks that GPUs with a share of a model each have left beside the weights; the model says what a token takes. */
export function blocksBesideWeights({ memory, overhead }: GpuKindSpec, model: ModelKindSpec, shards = 1): number {
  return Math.max(0, Math.floor((memory - overhead - model.weights / shards) / blockB(model, shards)));
}

/** What a block takes on each of the GPUs that share a model. @throws {Error} for a model of which nobody knows: refused before */
export function blockB(model: ModelKindSpec, shards: number): number {
  const tokenB = kvPerTokenB(model);
  if (tokenB === undefined) throw new Error("a model without kvPerToken has no blocks of its own");
  return (BLOCK_TOKENS * tokenB) / keyShards(model, shards);
}

/** Blocks that an engine keeps free when it admits another request. */
export const watermarkOf = ({ watermark }: StepEngine, blocks: number): number =>
  blocks === Infinity ? 0 : Math.floor(watermark * blocks);

/** The fewest blocks of an engine that hold so many tokens of one request. */
export function blocksToHold(engine: StepEngine, tokens: number): number {
  let blocks = blocksFor(tokens);
  while (blocks - watermarkOf(engine, blocks) < blocksFor(tokens)) blocks++;
  return blocks;
}

/** Most tokens of a prompt and its answer together: by the model, and by the memory that one request may ever have. */
export function tokenLimit({ context }: ModelKindSpec, engine: StepEngine, blocks: number): number {
  return Math.min(context ?? Infinity, (blocks - watermarkOf(engine, blocks)) * BLOCK_TOKENS);
}

export class KvMemory {
  /** Infinity: no limit. */
  readonly blocks: number;
  used = 0;
  mostUsed = 0;

  constructor(blocks: number) {
    this.blocks = blocks;
  }

  get free(): number {
    return this.blocks - this.used;
  }

  /** Takes blocks, or gives them back where `count` is negative. @throws {Error} if there are too few: our bug. */
  take(count: number): void {
    this.used += count;
    if (this.used > this.blocks || this.used < 0) throw new Error(`KV memory: ${this.used} of ${this.blocks} blocks`);
    if (this.used > this.mostUsed) this.mostUsed = this.used;
  }
}
