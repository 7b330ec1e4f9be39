import { z } from "zod";
import { quantity } from "../world/base/quantity.ts";
import type { QueuedRequestView } from "../world/cluster/ports.ts";
import { predictorSchema } from "../world/serving/predictors/index.ts";
import { agingField, agingOf } from "./aging.ts";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({
  kind: z.literal("srpt"),
  /** Goes by its word instead of the truth: models only. */
  predictor: predictorSchema.optional(),
  /** What it takes to put off who runs; absent: the work that would have to be done again. */
  preemptionCost: quantity("duration", { example: "200 ms" }).optional(),
  ...agingField,
});

/** @see Schrage, "A Proof of the Optimality of the Shortest Remaining Processing Time Discipline", Operations Research 16, 1968. */
export const srpt: ControllerPlugin<"oracle-queue", z.infer<typeof schema>> = {
  kind: "srpt",
  doc: "Queue rule: the request of least remaining work runs, interrupting those who have more left than it and the cost of that (needs oracle: [work], or a predictor of models).",
  decides: "oracle-queue",
  target: "requests",
  oracles: ["work"],
  needsOracle: true,
  schema,
  create: ({ predictor, preemptionCost, aging }) => {
    // Who waits goes before who runs if what it needs, and the cost, are less than what the other still needs.
    const costS = (request: QueuedRequestView): number => (request.isRunning ? (preemptionCost ?? request.recomputeS) : 0);
    const traits = { preempts: true, ...agingOf(aging) };
    if (predictor !== undefined) return { kind: "queue", key: (request) => request.predictedLeftS - costS(request), ...traits };
    return { kind: "oracle-queue", key: (request) => request.remainingWorkS - costS(request), ...traits };
  },
};
