/** Every kind of fault: one file and one line each. */
import { registry } from "../world/base/plugin.ts";
import type { AnyFaultPlugin } from "./fault.ts";
import { gpuClockStuck } from "./gpu-clock-stuck.ts";
import { gpuLost } from "./gpu-lost.ts";
import { gpuNvlinkSlow } from "./gpu-nvlink-slow.ts";
import { gpuThermal } from "./gpu-thermal.ts";
import { serverCrash } from "./server-crash.ts";
import { serverSlowCpu } from "./server-slow-cpu.ts";

export { readFaultTrace } from "./trace.ts";

export const faults = registry<AnyFaultPlugin>("fault", [serverCrash, serverSlowCpu, gpuLost, gpuThermal, gpuClockStuck, gpuNvlinkSlow]);
