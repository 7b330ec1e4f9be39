import { z } from "zod";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({ kind: z.literal("fcfs") });

export const fcfs: ControllerPlugin<"queue", z.infer<typeof schema>> = {
  kind: "fcfs",
  doc: "Queue rule: first come, first served.",
  decides: "queue",
  target: "requests",
  oracles: [],
  needsOracle: false,
  schema,
  create: () => ({ kind: "queue", key: () => 0 }), // equal keys go by arrival
};
