import { z } from "zod";
import type { FaultPlugin } from "./fault.ts";

const schema = z.strictObject({ kind: z.literal("gpu-lost") });

/** As after Xid 79, "GPU has fallen off the bus": its process dies, what ran or waited on it fails, and it draws nothing until it is back. */
export const gpuLost: FaultPlugin<"gpu", z.infer<typeof schema>> = {
  kind: "gpu-lost",
  doc: "A GPU is gone with all that runs on it (Xid 79), its server stays; it serves again once repaired.",
  strikes: "gpu",
  schema,
  create: () => ({
    begin: (port, gpu, key) => port.loseGpu(gpu, key),
    end: (port, gpu, key) => port.restoreGpu(gpu, key),
  }),
};
