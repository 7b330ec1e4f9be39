import { z } from "zod";
import { latencyField, latencyOf, type PredictorPlugin } from "./predictor.ts";

const schema = z.strictObject({ kind: z.literal("oracle"), ...latencyField });

export const oracle: PredictorPlugin<"oracle", z.output<typeof schema>> = {
  kind: "oracle",
  doc: "Says the truth, which no real predictor knows: the bound for all others.",
  schema,
  create:
    ({ latency }) =>
    ({ rng }) => ({ sees: "answer", predict: (outputTokens) => outputTokens, latencyS: latencyOf(latency, rng) }),
};
