import { z } from "zod";
import { quantity } from "../world/base/quantity.ts";
import type { FaultPlugin } from "./fault.ts";

const schema = z.strictObject({
  kind: z.literal("gpu-clock-stuck"),
  /** Where it is stuck: one of the GPU's clocks. */
  clock: quantity("frequency", { above: 0, example: "945 MHz" }),
});
type Spec = z.infer<typeof schema>;

/** A gray failure: orders are accepted and do nothing until it is over; then the clock set last is in effect. */
export const gpuClockStuck: FaultPlugin<"gpu", Spec> = {
  kind: "gpu-clock-stuck",
  doc: "A GPU's clock is stuck at `clock`: orders are accepted, and take effect once it is over.",
  strikes: "gpu",
  schema,
  create: ({ clock }) => ({
    begin: (port, gpu, key) => port.stickGpuClock(gpu, key, clock),
    end: (port, gpu, key) => port.stickGpuClock(gpu, key, undefined),
  }),
};
