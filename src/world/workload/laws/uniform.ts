/** All values from min to max alike. */
import { z } from "zod";
import { lawPlugin, madeLaw } from "../law.ts";
import { nonNegative, positive } from "../size.ts";

export const uniform = lawPlugin({
  kind: "uniform",
  doc: "all values from min to max alike",
  shape: (dimension) =>
    z
      .strictObject({ kind: z.literal("uniform"), min: nonNegative(dimension), max: positive(dimension) })
      .refine((spec) => spec.min <= spec.max, { error: "min must not be above max", path: ["min"], abort: true }),
  create: ({ min, max }) => madeLaw((min + max) / 2, (min * min + min * max + max * max) / 3, (draw) => () => min + (max - min) * draw()),
});
