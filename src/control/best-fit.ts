import { z } from "zod";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({ kind: z.literal("best-fit") });

export const bestFit: ControllerPlugin<"place", z.infer<typeof schema>> = {
  kind: "best-fit",
  doc: "Place rule: the server that fits with the fewest free cores, then the least free memory.",
  decides: "place",
  target: "any",
  oracles: [],
  needsOracle: false,
  schema,
  create: () => ({ kind: "place", choose: (job, fleet) => fleet.bestFit(job) }),
};
