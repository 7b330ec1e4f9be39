/** Requests as the simulator of Splitwise generates and replays them. @see Mutinifni/splitwise-sim, generate_trace.py; Patel et al., ISCA 2024 */
import { plainSeconds, traceFormat } from "./format.ts";

export const splitwise = traceFormat({
  kind: "splitwise",
  doc: "splitwise-sim traces (rr_code_70.csv ...): seconds, prompt and token sizes; type 2 is a request to a language model",
  lines: "csv",
  time: "arrival_timestamp",
  clock: plainSeconds,
  prompt: "prompt_size",
  output: "token_size",
  class: "application_id",
  only: { request_type: "2", batch_size: "1" },
});
