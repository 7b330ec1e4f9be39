/** Faults replayed from a file: `at_s` from `start` and `duration_s`; `server` and `gpu` narrow a row to one of the target's. */
import type { TableReader } from "../world/base/table.ts";
import { readCsv } from "../world/workload/index.ts";

export const readFaultTrace: TableReader = (lines, file) =>
  readCsv(lines, file, [
    { name: "at_s", min: 0, order: "rising" },
    { name: "duration_s", above: 0 },
    { name: "server", optional: true, type: "text" },
    { name: "gpu", optional: true, type: "text" },
  ]);
