import { z } from "zod";
import { quantity } from "../world/base/quantity.ts";
import type { Action, Periodic, Telemetry } from "../world/ports.ts";
import type { ControllerPlugin } from "./plugin.ts";

const HOUR_S = 3600;
const schema = z.strictObject({
  kind: z.literal("carbon-threshold"),
  period: quantity("duration", { above: 0, example: "30 min" }).default(HOUR_S / 2),
  quantile: z.number().gt(0).max(1).default(0.3),
  lookahead: quantity("duration", { above: 0, example: "24 h" }).default(24 * HOUR_S),
});
type Spec = z.infer<typeof schema>;

export const carbonThreshold: ControllerPlugin<"periodic", Spec> = {
  kind: "carbon-threshold",
  doc: "Holds the target's waiting jobs while the carbon forecast for now is above a quantile of the forecast ahead.",
  decides: "periodic",
  target: "batch",
  oracles: ["carbon"],
  needsOracle: false,
  schema,
  create: thresholdController,
};

/** Acts on each batch workload that its telemetry shows: the target's. Speaks on change only; jobs start out released. */
function thresholdController(spec: Spec): Periodic {
  const held = new Set<string>();
  return {
    kind: "periodic",
    periodS: spec.period,
    decide: (telemetry) => {
      const hold = isDirty(telemetry, spec);
      const actions: Action[] = [];
      for (const [workload, { kind }] of Object.entries(telemetry.workloads)) {
        if (kind !== "batch" || held.has(workload) === hold) continue;
        if (hold) held.add(workload);
        else held.delete(workload);
        actions.push({ kind: hold ? "hold" : "release", workload });
      }
      return actions;
    },
  };
}

/** Now against the nearest-rank quantile of points an hour apart, from now on and before now + lookahead. */
function isDirty({ nowS, carbon }: Telemetry, { quantile, lookahead }: Spec): boolean {
  const ahead: number[] = [];
  for (let hour = 0; hour * HOUR_S < lookahead; hour++) ahead.push(carbon.predict(nowS, nowS + hour * HOUR_S));
  const [now] = ahead;
  ahead.sort((a, b) => a - b);
  return (now as number) > (ahead[Math.ceil(quantile * ahead.length) - 1] as number);
}
