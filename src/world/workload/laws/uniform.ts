/** All values from min to max alike. */
import { z } from "zod";
import { inverseLaw, lawPlugin } from "../law.ts";
import { nonNegative, positive } from "../size.ts";

export const uniform = lawPlugin({
  kind: "uniform",
  doc: "all values from min to max alike",
  shape: (dimension) =>
    z
      .strictObject({ kind: z.literal("uniform"), min: nonNegative(dimension), max: positive(dimension) })
      .refine((spec) => spec.min <= spec.max, { error: "min must not be above max", path: ["min"], abort: true }),
  create: ({ min, max }) =>
    inverseLaw({ mean: (min + max) / 2, secondMoment: (min * min + min * max + max * max) / 3 }, (u) => min + (max - min) * u),
});
