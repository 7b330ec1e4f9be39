/** A law of sizes, times or gaps: non-negative numbers in the base unit of what it measures. */
import type { Rng } from "../../kernel/index.ts";

export interface Law {
  /** One value. Draws from `rng` alone. */
  draw(): number;
  /** Exact mean, or NaN where it does not exist. */
  readonly mean: number;
}

/** A law before it has a random stream: so that one spec serves many streams. */
export type LawFactory = (rng: Rng) => Law;
