/** Published figures that the simulator reproduces: one line adds a claim. */
import type { Claim } from "../claim.ts";
import { theoryLatencyLoad } from "./theory-latency-load.ts";

export const FIGURES: readonly Claim[] = [theoryLatencyLoad];
