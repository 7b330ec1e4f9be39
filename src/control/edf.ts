import { z } from "zod";
import { predictorSchema } from "../world/serving/predictors/index.ts";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({
  kind: z.literal("edf"),
  drop: z.boolean().default(false),
  /** By whose word `drop` knows how long a model still writes; absent: at least one token. */
  predictor: predictorSchema.optional(),
});

/**
 * @see Liu & Layland, "Scheduling Algorithms for Multiprogramming in a Hard-Real-Time Environment", JACM 20(1), 1973; AlpaServe (Li et al.,
 * OSDI 2023) for drops.
 */
export const edf: ControllerPlugin<"queue", z.infer<typeof schema>> = {
  kind: "edf",
  doc: "Queue rule: the earliest deadline (arrival + SLO latency of its class) first; drop: true gives up, when it would begin, who can no longer be answered in time.",
  decides: "queue",
  target: "requests",
  oracles: [],
  needsOracle: false,
  schema,
  create: ({ drop }) => ({
    kind: "queue",
    key: (request) => request.deadlineS,
    ...(drop ? { isLate: (request) => request.earliestEndS > request.deadlineS } : {}),
  }),
};
