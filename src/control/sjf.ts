import { z } from "zod";
import { agingField, agingOf } from "./aging.ts";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({ kind: z.literal("sjf"), ...agingField });

export const sjf: ControllerPlugin<"oracle-queue", z.infer<typeof schema>> = {
  kind: "sjf",
  doc: "Queue rule: the request of least true work, or what is left of it, first (needs oracle: [work]).",
  decides: "oracle-queue",
  target: "requests",
  oracles: ["work"],
  needsOracle: true,
  schema,
  create: ({ aging }) => ({ kind: "oracle-queue", key: (request) => request.remainingWorkS, ...agingOf(aging) }),
};
