import { z } from "zod";
import { quantity } from "../world/base/quantity.ts";
import type { GpuTelemetry } from "../world/ports.ts";
import { clocksBySample } from "./gpu-clocks.ts";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({
  kind: z.literal("ondemand"),
  period: quantity("duration", { above: 0, example: "1 s" }).default(1),
  /** Busier than this: the greatest clock. */
  up: z.number().min(0).max(1).default(0.8),
  /** Less busy than this: so many clocks down. */
  down: z.number().min(0).max(1).default(0.3),
  steps: z.int().min(1).default(1),
});
type Spec = z.infer<typeof schema>;

/** @see Pallipadi and Starikovskiy, "The Ondemand Governor", Linux Symposium 2006: straight up, step by step down. */
export const ondemand: ControllerPlugin<"periodic", Spec> = {
  kind: "ondemand",
  doc: "Clock of each GPU by how busy it was: the greatest above `up`, `steps` clocks lower below `down`, else as it is.",
  decides: "periodic",
  target: "model-serving",
  oracles: [],
  needsOracle: false,
  schema,
  create: (spec) => clocksBySample(spec.period, (gpu) => nextHz(gpu, spec)),
};

function nextHz({ busy, clockHz, clocksHz }: GpuTelemetry, { up, down, steps }: Spec): number {
  if (busy > up) return clocksHz.at(-1) as number;
  return busy < down ? (clocksHz[Math.max(0, clocksHz.indexOf(clockHz) - steps)] as number) : clockHz;
}
