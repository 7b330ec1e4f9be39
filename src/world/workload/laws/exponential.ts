/** Memoryless: coefficient of variation 1. */
import { z } from "zod";
import { inverseLaw, lawPlugin } from "../law.ts";
import { positive } from "../size.ts";

export const exponential = lawPlugin({
  kind: "exponential",
  doc: "memoryless, coefficient of variation 1",
  shape: (dimension) => z.strictObject({ kind: z.literal("exponential"), mean: positive(dimension) }),
  create: ({ mean }) => inverseLaw({ mean, secondMoment: 2 * mean * mean }, (u) => -Math.log1p(-u) * mean),
});
