import { z } from "zod";
import type { FaultPlugin } from "./fault.ts";

const schema = z.strictObject({
  kind: z.literal("gpu-nvlink-slow"),
  /** Bandwidth that is left, 0..1 exclusive. */
  factor: z.number().gt(0).lt(1).default(0.5),
});
type Spec = z.infer<typeof schema>;

/** A gray failure: lanes of the link are lost, and whatever the GPU tells the others of its replica takes longer. */
export const gpuNvlinkSlow: FaultPlugin<"gpu", Spec> = {
  kind: "gpu-nvlink-slow",
  doc: "A GPU's link to the others of its replica has a fraction of its bandwidth.",
  strikes: "gpu",
  schema,
  create: ({ factor }) => ({
    begin: (port, gpu, key) => port.slowGpuLink(gpu, key, factor),
    end: (port, gpu, key) => port.slowGpuLink(gpu, key, 1),
  }),
};
