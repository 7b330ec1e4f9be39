import { z } from "zod";
import type { FaultPlugin } from "./fault.ts";

const schema = z.strictObject({ kind: z.literal("server-crash") });

/** The server draws nothing until it is repaired; what ran or waited on it fails, jobs return to the queue. */
export const serverCrash: FaultPlugin<"server", z.infer<typeof schema>> = {
  kind: "server-crash",
  doc: "A server goes down at once, and boots when repaired.",
  strikes: "server",
  schema,
  create: () => ({
    begin: (port, server, key) => port.crash(server, key),
    end: (port, server, key) => port.repair(server, key),
  }),
};
