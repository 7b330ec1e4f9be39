import { z } from "zod";
import { agingField, agingOf } from "./aging.ts";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({ kind: z.literal("priority"), preemptive: z.boolean().default(false), ...agingField });

export const priority: ControllerPlugin<"queue", z.infer<typeof schema>> = {
  kind: "priority",
  doc: "Queue rule: the class of highest priority first; preemptive: it also interrupts a running request of a lower one.",
  decides: "queue",
  target: "requests",
  oracles: [],
  needsOracle: false,
  schema,
  create: ({ preemptive, aging }) => ({
    kind: "queue",
    // Where all compete anew between two batches, who has begun keeps its place.
    key: (request) => (request.isRunning && !preemptive ? -Number.MAX_VALUE : -request.priority),
    preempts: preemptive,
    ...agingOf(aging),
  }),
};
