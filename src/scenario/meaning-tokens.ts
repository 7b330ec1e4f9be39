/** Whether requests to models have tokens: prompts and answers, by a law or by a column of the trace that arrivals replay. */
import { makeEngine } from "../world/serving/engines.ts";
import type { ModelKindSpec } from "../world/serving/model-kind.ts";
import type { Trace } from "../world/workload/index.ts";
import type { Findings } from "./findings.ts";
import type { Parts, PluginSpec } from "./parts.ts";
import { type ServingSpec, takesPrompts } from "./spec.ts";
import { findCell } from "./trace-rows.ts";
import type { Path } from "./tree.ts";

interface Tokens {
  readonly field: "outputTokens" | "promptTokens";
  readonly law: PluginSpec | undefined;
  /** As messages call them, with a law for example. */
  readonly words: string;
  readonly example: string;
  readonly trace: Trace | undefined;
  /** Models, by what a trace calls them, that have no such tokens. */
  readonly without: readonly string[];
  readonly parts: Parts;
}

export function checkTokens(
  serving: ServingSpec,
  path: Path,
  { kinds, parts }: { kinds: readonly ModelKindSpec[]; parts: Parts },
  findings: Findings,
): void {
  const trace = parts.traceOf(serving.arrivals);
  const { outputTokens, promptTokens } = serving;
  const encoders = Object.keys(serving.models).filter((_, i) => !kinds[i]?.autoregressive);
  if (encoders.length < kinds.length) {
    const example = "{ kind: lognormal, median: 140, sigma: 0.9 }";
    check({ field: "outputTokens", law: outputTokens, words: "output tokens", example, trace, without: encoders, parts }, path, findings);
  } else if (outputTokens !== undefined)
    findings.problem([...path, "outputTokens"], "would be ignored: no model of the workload writes tokens", "Hint: leave it out.");
  const isByBatches = makeEngine(serving.engine).kind === "batches"; // an engine by steps complains of the models
  if (promptTokens !== undefined && isByBatches && !takesPrompts({ ...serving, promptTokens: undefined }, kinds))
    findings.problem(
      [...path, "promptTokens"],
      "would be ignored: no model of the workload has a latency of kind step or roofline",
      "Hint: leave it out.",
    );
  if (takesPrompts(serving, kinds)) {
    const example = "{ kind: lognormal, median: 1000, sigma: 0.9 }";
    check({ field: "promptTokens", law: promptTokens, words: "prompt tokens", example, trace, without: [], parts }, path, findings);
  }
}

/** The column of a trace that says the tokens, or undefined where a law does. */
export function columnOf(field: Tokens["field"], law: PluginSpec | undefined): string | undefined {
  if (law === undefined) return field === "outputTokens" ? "output_tokens" : "prompt_tokens";
  return law.kind === "trace" ? String(law.column) : undefined;
}

function check({ field, law, words, example, trace, without, parts }: Tokens, path: Path, findings: Findings): void {
  const column = columnOf(field, law);
  if (column === undefined) {
    if (parts.meanOfLaw(law as PluginSpec) === 0)
      findings.problem([...path, field], "must not be 0: a request has at least 1 token", `Hint: a law such as ${example}.`);
    return;
  }
  if (trace?.numbers[column] === undefined) {
    const at = [...path, law === undefined ? field : "arrivals"];
    const message = law === undefined ? "is missing" : `lack the trace column ${JSON.stringify(column)} that ${field} names`;
    findings.problem(at, message, `Hint: a law such as ${example}, or a trace with a column ${columnOf(field, undefined)}.`);
    return;
  }
  const isAsked = (name = ""): boolean => !without.includes(name);
  const found = findCell(trace, column, (tokens) => !(tokens > 0), isAsked);
  if (found === undefined) return;
  findings.problem([...path, "arrivals"], `replay a trace whose ${found.request} has ${found.value} ${words}`, "Hint: at least 1.");
}
