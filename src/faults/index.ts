/** Every kind of fault: one file and one line each. */
import { registry } from "../world/base/plugin.ts";
import { serverCrash } from "./server-crash.ts";
import { serverSlowCpu } from "./server-slow-cpu.ts";

export { readFaultTrace } from "./trace.ts";

export const faults = registry("fault", [serverCrash, serverSlowCpu]);
