/** Published figures that the simulator reproduces: one line adds a claim. */
import type { Claim } from "../claim.ts";
import { autoscaleFirst } from "./autoscale-first.ts";
import { carbonServing } from "./carbon-serving.ts";
import { lengthPredictor } from "./length-predictor.ts";
import { llmLatency } from "./llm-latency.ts";
import { muserveBatchSize } from "./muserve-batch-size.ts";
import { muservePower } from "./muserve-power.ts";
import { muservePredictorOverhead } from "./muserve-predictor-overhead.ts";
import { muserveSensitivity } from "./muserve-sensitivity.ts";
import { muserveJctCv, muserveJctRate, muserveThroughputCv, muserveThroughputRate } from "./muserve-sweeps.ts";
import { muserveVllm } from "./muserve-vllm.ts";
import { ssjfMg1 } from "./ssjf-mg1.ts";
import { theoryLatencyLoad } from "./theory-latency-load.ts";

export const FIGURES: readonly Claim[] = [
  theoryLatencyLoad,
  muserveJctRate,
  muserveJctCv,
  muserveThroughputRate,
  muserveThroughputCv,
  muserveBatchSize,
  muservePredictorOverhead,
  muserveVllm,
  ssjfMg1,
  lengthPredictor,
  llmLatency,
  muserveSensitivity,
  muservePower,
  carbonServing,
  autoscaleFirst,
];
