/** Memoryless: coefficient of variation 1. */
import { z } from "zod";
import { lawPlugin, madeLaw } from "../law.ts";
import { positive } from "../size.ts";

export const exponential = lawPlugin({
  kind: "exponential",
  doc: "memoryless, coefficient of variation 1",
  shape: (dimension) => z.strictObject({ kind: z.literal("exponential"), mean: positive(dimension) }),
  create: ({ mean }) => madeLaw(mean, 2 * mean * mean, (uniform) => () => -Math.log1p(-uniform()) * mean),
});
