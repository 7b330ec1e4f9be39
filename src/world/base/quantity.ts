/** Quantities with units, as zod schemas: a string with a unit, or a number in the base unit. Output: the base unit. */
import { type ZodType, z } from "zod";

/** What a quantity measures, and so which units it takes. Base units: s, B, W, Hz, J, g, 1/s, B/s, USD/J, g/kWh, 1. */
export type Dimension =
  | "duration"
  | "memory"
  | "power"
  | "frequency"
  | "energy"
  | "mass"
  | "rate"
  | "job-rate"
  | "bandwidth"
  | "price"
  | "carbon-intensity"
  | "number";

export interface QuantityRange {
  readonly min?: number;
  readonly max?: number;
  /** Greater than, where `min` allows equality. */
  readonly above?: number;
  /** A good value to show in a hint, such as "5 ms". */
  readonly example?: string;
}

/** A quantity of one dimension, within a range (default: at least 0). */
export function quantity(_dimension: Dimension, _range: QuantityRange = {}): ZodType<number> {
  return z.number(); // placeholder of the first commit: units follow
}
