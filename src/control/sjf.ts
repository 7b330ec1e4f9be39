import { z } from "zod";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({ kind: z.literal("sjf") });

export const sjf: ControllerPlugin<"oracle-queue", z.infer<typeof schema>> = {
  kind: "sjf",
  doc: "Queue rule: the request of least true work, or what is left of it, first (needs oracle: [work]).",
  decides: "oracle-queue",
  target: "requests",
  oracles: ["work"],
  needsOracle: true,
  schema,
  create: () => ({ kind: "oracle-queue", key: (request) => request.remainingWorkS }),
};
