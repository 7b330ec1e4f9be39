import { z } from "zod";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({ kind: z.literal("random-fit") });

export const randomFit: ControllerPlugin<"place", z.infer<typeof schema>> = {
  kind: "random-fit",
  doc: "Place rule: a server at random among those that fit.",
  decides: "place",
  target: "any",
  oracles: [],
  needsOracle: false,
  schema,
  create: () => ({ kind: "place", choose: (job, fleet, rng) => fleet.sample(1, job, rng)[0] }),
};
