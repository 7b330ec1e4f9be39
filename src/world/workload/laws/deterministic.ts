/** Always the same value; what a bare quantity stands for. */
import { z } from "zod";
import { lawPlugin, madeLaw } from "../law.ts";
import { nonNegative } from "../size.ts";

export const deterministic = lawPlugin({
  kind: "deterministic",
  doc: "always the same value; a bare quantity means this",
  shape: (dimension) => z.strictObject({ kind: z.literal("deterministic"), value: nonNegative(dimension) }),
  create: ({ value }) =>
    madeLaw(
      { mean: value, secondMoment: value * value },
      () => value,
      () => () => value,
    ),
});
