/** Months of requests to two models of a university. @see HPMLL/BurstGPT, data/BurstGPT_*.csv; Wang et al., 2024 */
import { plainSeconds, traceFormat } from "./format.ts";

export const burstgpt = traceFormat({
  kind: "burstgpt",
  doc: "BurstGPT traces (BurstGPT_1.csv ...), with or without sessions: seconds, tokens of request and response; failed requests have no response",
  lines: "csv",
  time: "Timestamp",
  clock: plainSeconds,
  prompt: "Request tokens",
  output: "Response tokens",
  class: "Model",
  noOutput: "a request that failed",
});
