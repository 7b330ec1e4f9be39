import { z } from "zod";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({ kind: z.literal("worst-fit") });

export const worstFit: ControllerPlugin<"place", z.infer<typeof schema>> = {
  kind: "worst-fit",
  doc: "Place rule: the server that fits with the most free cores, then the most free memory.",
  decides: "place",
  target: "any",
  oracles: [],
  needsOracle: false,
  schema,
  create: () => ({ kind: "place", choose: (job, fleet) => fleet.worstFit(job) }),
};
