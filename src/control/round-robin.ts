import { z } from "zod";
import type { RouteRule } from "../world/cluster/ports.ts";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({ kind: z.literal("round-robin") });

export const roundRobin: ControllerPlugin<"route", z.infer<typeof schema>> = {
  kind: "round-robin",
  doc: "Route rule: the replicas that are up in turn; no draw.",
  decides: "route",
  target: "requests",
  oracles: [],
  needsOracle: false,
  schema,
  create: rotation,
};

function rotation(): RouteRule {
  let next = 0;
  return {
    kind: "route",
    choose: (_request, replicas) => {
      const position = next % replicas.count; // replicas may have gone since the last call
      next = position + 1;
      return position;
    },
  };
}
