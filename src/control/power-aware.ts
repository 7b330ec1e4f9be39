import { z } from "zod";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({ kind: z.literal("power-aware") });

export const powerAware: ControllerPlugin<"place", z.infer<typeof schema>> = {
  kind: "power-aware",
  doc: "Place rule: the server that adds the fewest watts a core, (peak - idle) / cores, then best-fit: used before empty.",
  decides: "place",
  target: "any",
  oracles: [],
  needsOracle: false,
  schema,
  create: () => ({ kind: "place", choose: (job, fleet) => fleet.leastPower(job) }),
};
