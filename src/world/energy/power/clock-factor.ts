/** What a clock below the nominal one does to power, and what a power law is told of a server's clocks. */
import type { PowerModel } from "../power-model.ts";

export interface Clocks {
  /** The levels a governor may choose, ascending, Hz. */
  readonly clocksHz: readonly number[];
  /** The clock at which the law's watts were stated, Hz. */
  readonly nominalHz: number;
}

/** A power law before it knows the server it powers. */
export type PowerFactory = (clocks: Clocks) => PowerModel;

// A linear part for what scales with the clock alone, a cubic one for f V(f)^2. The cubic law by itself flatters DVFS: on a measured node
// (Grid'5000 Reims, in CloudSim's PowerModelSpecPower_REIMS) the lowest clock saves 16 % of full power. Chosen, not fitted: 0.52 at 2.0 of 2.7 GHz.
const LINEAR_PART = 0.35;
const CUBIC_PART = 0.65;

/** Share of the dynamic power that is left at `clockRatio` (clock over nominal, > 0): 1 at 1. Static power stays. */
export function clockFactor(clockRatio: number): number {
  return clockRatio * (LINEAR_PART + CUBIC_PART * clockRatio * clockRatio);
}
