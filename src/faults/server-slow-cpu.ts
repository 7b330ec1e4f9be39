import { z } from "zod";
import type { FaultPlugin } from "./fault.ts";

const schema = z.strictObject({
  kind: z.literal("server-slow-cpu"),
  /** Speed that is left, 0..1 exclusive. */
  factor: z.number().gt(0).lt(1).default(0.5),
});
type Spec = z.infer<typeof schema>;

/** A gray failure: the server answers, telemetry shows nothing, but its cores run at a fraction of their speed. */
export const serverSlowCpu: FaultPlugin<"server", Spec> = {
  kind: "server-slow-cpu",
  doc: "A server's cores slow down (thermal throttling, a bad fan) while it looks healthy.",
  strikes: "server",
  schema,
  create: ({ factor }) => ({
    begin: (port, server, key) => port.slow(server, key, factor),
    end: (port, server, key) => port.slow(server, key, 1),
  }),
};
