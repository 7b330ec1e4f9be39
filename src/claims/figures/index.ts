/** Published figures that the simulator reproduces: one line adds a claim. None yet. */
import type { Claim } from "../claim.ts";

export const FIGURES: readonly Claim[] = [];
