import { z } from "zod";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({ kind: z.literal("first-fit") });

export const firstFit: ControllerPlugin<"place", z.infer<typeof schema>> = {
  kind: "first-fit",
  doc: "Place rule: the first server, in declared order, that fits.",
  decides: "place",
  target: "any",
  oracles: [],
  needsOracle: false,
  schema,
  create: () => ({ kind: "place", choose: (job, fleet) => fleet.firstFit(job) }),
};
