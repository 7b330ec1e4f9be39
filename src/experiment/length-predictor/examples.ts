/** Requests of a law of lengths with their prompts: what a length classifier is trained on, and judged by. */
import type { Rng } from "../../kernel/index.ts";
import type { Examples } from "../../learn/supervised.ts";
import type { Table } from "../../world/base/table.ts";
import type { PromptsSpec } from "../../world/serving/prompts/index.ts";
import { makePrompts } from "../../world/serving/prompts/index.ts";
import { wholeTokens } from "../../world/serving/prompts/token-scores.ts";
import { makeLaw } from "../../world/workload/index.ts";

export interface LengthTask {
  /** Quantiles of the lengths, for the law that is drawn from and for the prompts alike. */
  readonly lengths: Table;
  readonly signal: number;
  /** Least tokens of each class, rising from 0. */
  readonly classesFrom: readonly number[];
}

/** Labels are classes of lengths. */
export interface LengthExamples extends Examples {
  readonly tokens: Int32Array;
}

export const promptsOf = ({ lengths, signal }: LengthTask): PromptsSpec => ({ kind: "synthetic", lengths, signal });

export function drawExamples(task: LengthTask, count: number, rng: Rng): LengthExamples {
  const prompts = makePrompts(promptsOf(task));
  const write = prompts.writer(rng.fork("prompts"));
  const { draw } = makeLaw({ kind: "table", file: task.lengths }).factory(rng.fork("lengths"));
  const width = prompts.features.slots.length;
  const tokens = Int32Array.from({ length: count }, () => wholeTokens(draw()));
  const features = new Float32Array(count * width);
  for (let i = 0; i < count; i++) write(tokens[i] as number, features.subarray(i * width, (i + 1) * width));
  return { width, features, tokens, labels: tokens.map((length) => classOf(task.classesFrom, length)) };
}

export function classOf(classesFrom: readonly number[], tokens: number): number {
  return classesFrom.findLastIndex((from) => tokens >= from);
}
