/** Whether prompts fit into what holds them: the context of a model, and the KV memory of an engine that works by steps. */
import type { StepEngine } from "../world/serving/engines.ts";
import { blocksToHold, watermarkOf } from "../world/serving/kv-memory.ts";
import type { ModelKindSpec } from "../world/serving/model-kind.ts";
import type { Findings } from "./findings.ts";
import { columnOf } from "./meaning-tokens.ts";
import type { Parts } from "./parts.ts";
import { modelNamesOf, type ServingSpec } from "./spec.ts";
import { findCell } from "./trace-rows.ts";
import type { Path } from "./tree.ts";

export interface PromptCheck {
  readonly serving: ServingSpec;
  /** The model's place among the workload's, and its name there. */
  readonly key: string;
  readonly model: ModelKindSpec;
  readonly parts: Parts;
}

/** What holds prompt and answer: the model's context, or the blocks of an engine. */
interface Room {
  /** Tokens. */
  readonly limit: number;
  readonly engine?: StepEngine;
  readonly blocks?: number;
}

/** The longest prompt that is known must leave room for a token of its answer. @returns whether it does */
export function checkPrompts({ serving, key, model, parts }: PromptCheck, path: Path, room: Room, findings: Findings): boolean {
  const { limit } = room;
  const what = roomText(model, room);
  const hint = (tokens: number): string => `Hint: prompts of at most ${limit - 1} tokens${moreText(model, room, tokens)}.`;
  const law = serving.promptTokens;
  const column = columnOf("promptTokens", law);
  if (column === undefined) {
    const tokens = parts.meanOfLaw(law as NonNullable<typeof law>);
    if (!(tokens >= limit)) return true;
    const message = `have ${tokens} tokens in the mean, and ${what} must hold prompt and answer`;
    findings.problem([...path.slice(0, 2), "promptTokens"], message, hint(tokens));
    return false;
  }
  const trace = parts.traceOf(serving.arrivals);
  const scale = law === undefined ? 1 : (law.scale as number);
  const isOfModels = modelNamesOf(serving, trace) !== undefined;
  const tokensOf = (cell: number): number => Math.round(cell * scale);
  const isTooLong = (cell: number): boolean => tokensOf(cell) >= limit;
  const found = trace?.numbers[column] && findCell(trace, column, isTooLong, (name) => !isOfModels || name === key);
  if (found === undefined) return true;
  const tokens = tokensOf(found.value);
  const message = `replay a trace whose ${found.request} has a prompt of ${tokens} tokens, and ${what} must hold prompt and answer`;
  findings.problem([...path.slice(0, 2), "arrivals"], message, hint(tokens));
  return false;
}

function roomText({ context }: ModelKindSpec, { limit, engine, blocks }: Room): string {
  if (engine === undefined || blocks === undefined || limit === context) return `the context of ${limit} tokens`;
  const watermark = watermarkOf(engine, blocks);
  return `the ${limit} tokens of ${blocks} KV blocks${watermark > 0 ? `, ${watermark} of which stay free,` : ""}`;
}

/** What else would help. */
function moreText({ context }: ModelKindSpec, { limit, engine }: Room, tokens: number): string {
  return engine === undefined || limit === context ? "" : `, or kvBlocks: ${blocksToHold(engine, tokens + 1)}`;
}
