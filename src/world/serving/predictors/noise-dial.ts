import { z } from "zod";
import { latencyField, latencyOf, type PredictorPlugin } from "./predictor.ts";

const schema = z.strictObject({ kind: z.literal("noise-dial"), noise: z.number().min(0).max(1), ...latencyField });

export const noiseDial: PredictorPlugin<"noise-dial", z.output<typeof schema>> = {
  kind: "noise-dial",
  doc: "With probability `noise` the length of some other answer, else the truth: from the oracle (0) to chance (1).",
  schema,
  create:
    ({ noise, latency }) =>
    ({ rng, otherTokens }) => {
      const coin = rng.fork("coin");
      const other = otherTokens(rng.fork("other"));
      return {
        sees: "answer",
        predict: (outputTokens) => {
          const otherLength = other(); // drawn at every dial, so that turning it shifts no draw
          return coin.uniform() < noise ? otherLength : outputTokens;
        },
        latencyS: latencyOf(latency, rng),
      };
    },
};
