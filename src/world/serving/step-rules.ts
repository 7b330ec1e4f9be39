/** What a replica that works by steps goes by. */
import type { Device } from "./device.ts";
import type { StepEngine } from "./engines.ts";
import { blocksFor } from "./kv-memory.ts";
import type { Sequence } from "./sequence.ts";
import type { StepTime } from "./step-time.ts";

export interface StepRules {
  readonly engine: StepEngine;
  /** Of its KV memory; Infinity without a limit. */
  readonly blocks: number;
  /** Of these, how many must be free once another is admitted. */
  readonly watermark: number;
  /** Most tokens of a prompt and its answer. */
  readonly tokenLimit: number;
  /** At a clock, and with so much left of the bandwidth of the links between the GPUs of a replica: 1 where it is not said. */
  readonly timeAt: (clockHz: number, linkLeft?: number) => StepTime;
  /** Of a replica that only computes prompts: seconds that keys and values of so many tokens take to one on `to`, which writes. */
  readonly sendS?: ((tokens: number, to: readonly Device[]) => number) | undefined;
}

/** Blocks that one is given as it is admitted, with so many tokens to compute in its first step. */
export function blocksAtFirst({ engine, tokenLimit }: StepRules, { computed, toCompute }: Sequence, tokens: number): number {
  switch (engine.reserves) {
    case "nothing":
      return blocksFor(computed + tokens);
    case "prompt":
      return blocksFor(computed + toCompute);
    case "answer":
      return blocksFor(tokenLimit < Infinity ? tokenLimit : tokens);
  }
}
