/** Requests to a serving cluster with a shared cache of prefixes. @see kvcache-ai/Mooncake, FAST25-release/traces; Qin et al., FAST 2025 */
import { numberOf } from "../csv.ts";
import { traceFormat } from "./format.ts";

export const mooncake = traceFormat({
  kind: "mooncake",
  doc: "Mooncake traces (conversation_trace.jsonl, synthetic_trace.jsonl ...): milliseconds, lengths; hash_ids of shared prefixes are left out",
  lines: "json",
  time: "timestamp",
  clock: () => (cell) => numberOf(cell) / 1000,
  prompt: "input_length",
  output: "output_length",
});
