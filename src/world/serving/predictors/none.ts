import { z } from "zod";
import type { PredictorPlugin } from "./predictor.ts";

const schema = z.strictObject({ kind: z.literal("none") });

export const none: PredictorPlugin<"none", z.output<typeof schema>> = {
  kind: "none",
  doc: "Knows nothing: every answer looks alike, so requests go by arrival.",
  schema,
  create: () => () => ({ sees: "answer", predict: () => 0, latencyS: () => 0 }),
};
