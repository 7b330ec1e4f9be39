/** Fields of laws: quantities of whatever the law measures. */
import type { ZodType } from "zod";
import { type Dimension, quantity } from "../base/quantity.ts";

const EXAMPLES: Readonly<Partial<Record<Dimension, string>>> = { duration: "5 ms", memory: "64 MiB", number: "100" };

function example(dimension: Dimension): { readonly example?: string } {
  const text = EXAMPLES[dimension];
  return text === undefined ? {} : { example: text };
}

/** A quantity above 0. */
export const positive = (dimension: Dimension): ZodType<number> => quantity(dimension, { above: 0, ...example(dimension) });

/** A quantity of at least 0. */
export const nonNegative = (dimension: Dimension): ZodType<number> => quantity(dimension, { min: 0, ...example(dimension) });
