import { z } from "zod";
import type { Plugin } from "../world/base/plugin.ts";
import type { Fault } from "./fault.ts";

const schema = z.strictObject({ kind: z.literal("server-crash") });

/** The server draws nothing until it is repaired; what ran or waited on it fails, jobs return to the queue. */
export const serverCrash: Plugin<"server-crash", z.infer<typeof schema>, Fault> = {
  kind: "server-crash",
  doc: "A server goes down at once, and boots when repaired.",
  schema,
  create: () => ({
    begin: (port, server, key) => port.crash(server, key),
    end: (port, server, key) => port.repair(server, key),
  }),
};
