/** B3, placement by first fit: ours through the scenario path, against our own brute force. */
import type { Case } from "./case.ts";
import { inputFile, rowsText, tasks } from "./inputs.ts";
import type { Entry, Run } from "./measure.ts";
import { FOLDER, node } from "./peer.ts";
import { type Fleet, type Placement, placeJobs, placeVms } from "./placing.ts";

const FLEETS: readonly Fleet[] = [
  { hostCount: 1_000, vmCount: 4_000, taskCount: 8_000 },
  { hostCount: 20_000, vmCount: 40_000, taskCount: 50_000 },
];
/** Sums of finish times are added up in another order. */
const RELATIVE = 1e-9;

export function* b3(): Generator<Case> {
  for (const fleet of FLEETS) {
    const rows = tasks(fleet.taskCount);
    const { file, sha256 } = inputFile(FOLDER, `tasks-${fleet.taskCount}.csv`, () => rowsText(rows));
    for (const as of ["vms", "jobs"] as const) {
      const right = (as === "vms" ? placeVms : placeJobs)(fleet, rows);
      const program = node("dist/bench/peers/ours/placement.js") as { command: string[]; version: string };
      const entry: Entry = {
        side: "ours, scenario",
        version: program.version,
        command: [...program.command, file, JSON.stringify(fleet), as],
        amount: fleet.taskCount,
        check: (run) => agree(run, right),
      };
      const [hosts, vms, count] = [fleet.hostCount, fleet.vmCount, fleet.taskCount].map((n) => n.toLocaleString("en"));
      const name = as === "vms" ? `${hosts} hosts, ${vms} VMs, ${count} tasks` : `${hosts} hosts, ${count} jobs of a VM's size`;
      const skipped = ["SimPy and SimGrid: have no placement of their own"];
      yield { name, unit: "tasks", inputs: { [file]: sha256 }, entries: [entry], skipped };
    }
  }
}

function agree(run: Run, right: Placement): string {
  const close = (key: "makespanS" | "finishSumS"): boolean => Math.abs((run[key] as number) / right[key] - 1) < RELATIVE;
  const told = (it: Run | Placement): string => `map ${it.mapHash}, makespan ${it.makespanS} s, sum of finishes ${it.finishSumS} s`;
  if (run.mapHash === right.mapHash && close("makespanS") && close("finishSumS")) return told(right);
  throw new Error(`WRONG: ${told(run)}; right: ${told(right)}`);
}
