import { z } from "zod";
import { predictorSchema } from "../world/serving/predictors/index.ts";
import { agingField, agingOf } from "./aging.ts";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({
  kind: z.literal("ssjf"),
  /** Whose word it goes by: the world asks the predictor, the rule sees what it said. */
  predictor: predictorSchema.default({ kind: "none" }),
  ...agingField,
});

/** @see Qiu et al., "Efficient Interactive LLM Serving with Proxy Model-based Sequence Length Prediction", 2024. */
export const ssjf: ControllerPlugin<"queue", z.infer<typeof schema>> = {
  kind: "ssjf",
  doc: "Queue rule: the shortest answer first, by a length predictor's word; by arrival while the first has waited longer than aging.",
  decides: "queue",
  target: "model-serving",
  oracles: [],
  needsOracle: false,
  schema,
  create: ({ aging }) => ({ kind: "queue", key: (request) => request.predictedTokens, ...agingOf(aging) }),
};
