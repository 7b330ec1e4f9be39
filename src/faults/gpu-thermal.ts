import { z } from "zod";
import { quantity } from "../world/base/quantity.ts";
import type { FaultPlugin } from "./fault.ts";

const schema = z.strictObject({
  kind: z.literal("gpu-thermal"),
  /** The highest clock that the heat allows: one of the GPU's. */
  clock: quantity("frequency", { above: 0, example: "945 MHz" }),
});
type Spec = z.infer<typeof schema>;

/** A hot board slows itself down: whatever is ordered, and unlike a stuck clock never up. */
export const gpuThermal: FaultPlugin<"gpu", Spec> = {
  kind: "gpu-thermal",
  doc: "A GPU is too hot: its clock goes no higher than `clock`, whatever is set.",
  strikes: "gpu",
  schema,
  create: ({ clock }) => ({
    begin: (port, gpu, key) => port.limitGpuClock(gpu, key, clock),
    end: (port, gpu, key) => port.limitGpuClock(gpu, key, undefined),
  }),
};
