/** Inference requests of a day in Azure, 2023 and 2024: code and conversation. @see Azure/AzurePublicDataset, AzureLLMInferenceTrace_*.csv */
import { parseInstant } from "../../base/utc.ts";
import { traceFormat } from "./format.ts";

export const azureLlm = traceFormat({
  kind: "azure-llm",
  doc: "Azure LLM inference traces 2023 and 2024 (AzureLLMInferenceTrace_code.csv, _conv.csv): UTC stamps, tokens of context and answer",
  lines: "csv",
  time: "TIMESTAMP",
  clock: utcSeconds,
  prompt: "ContextTokens",
  output: "GeneratedTokens",
});

const STAMP = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;

/** Seconds from the whole second of the first stamp: near to it a double keeps the 100 ns of the stamps, which it does not near to now. */
function utcSeconds(): (cell: string) => number {
  let originS: number | undefined;
  return (cell) => {
    const [, whole, fraction = "", zone = "Z"] = STAMP.exec(cell.trim()) ?? [];
    if (whole === undefined) return Number.NaN;
    const instant = parseInstant(whole + zone);
    if ("problem" in instant) return Number.NaN;
    originS ??= instant.epochS;
    return instant.epochS - originS + Number(`0${fraction}`);
  };
}
