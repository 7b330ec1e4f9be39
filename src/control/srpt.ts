import { z } from "zod";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({ kind: z.literal("srpt") });

/** @see Schrage, "A Proof of the Optimality of the Shortest Remaining Processing Time Discipline", Operations Research 16, 1968. */
export const srpt: ControllerPlugin<"oracle-queue", z.infer<typeof schema>> = {
  kind: "srpt",
  doc: "Queue rule: the request of least remaining true work runs, interrupting others (needs oracle: [work]).",
  decides: "oracle-queue",
  target: "service",
  oracles: ["work"],
  needsOracle: true,
  schema,
  create: () => ({ kind: "oracle-queue", key: (request) => request.remainingWorkS, preempts: true }),
};
