import { z } from "zod";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({ kind: z.literal("priority"), preemptive: z.boolean().default(false) });

export const priority: ControllerPlugin<"queue", z.infer<typeof schema>> = {
  kind: "priority",
  doc: "Queue rule: the class of highest priority first; preemptive: it also interrupts a running request of a lower one.",
  decides: "queue",
  target: "service",
  oracles: [],
  needsOracle: false,
  schema,
  create: ({ preemptive }) => ({ kind: "queue", key: (request) => -request.priority, preempts: preemptive }),
};
