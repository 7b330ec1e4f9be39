import { z } from "zod";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({ kind: z.literal("random") });

export const random: ControllerPlugin<"route", z.infer<typeof schema>> = {
  kind: "random",
  doc: "Route rule: a replica at random, all alike; one draw a request.",
  decides: "route",
  target: "requests",
  oracles: [],
  needsOracle: false,
  schema,
  create: () => ({ kind: "route", choose: (_request, replicas, rng) => rng.int(replicas.count) }),
};
