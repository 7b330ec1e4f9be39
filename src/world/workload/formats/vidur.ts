/** Requests as the simulator Vidur replays them. @see microsoft/vidur, data/processed_traces; Agrawal et al., MLSys 2024 */
import { plainSeconds, traceFormat } from "./format.ts";

export const vidur = traceFormat({
  kind: "vidur",
  doc: "Vidur's processed traces that have arrivals: seconds, tokens of prefill and decode",
  lines: "csv",
  time: "arrived_at",
  clock: plainSeconds,
  prompt: "num_prefill_tokens",
  output: "num_decode_tokens",
});
