/** B1, the hold model: so many timers, and each that rings is set again. */
import type { Case } from "./case.ts";
import { incrementsText, inputFile } from "./inputs.ts";
import type { Entry, Run } from "./measure.ts";
import { cpp, FOLDER, node, type Program, simgrid, simpy } from "./peer.ts";
import { holdAnswer } from "./reference.ts";

const PENDING = [1_000, 100_000, 1_000_000] as const;
const HOLDS = 3_000_000;
const HOLDS_OF_SLOW_PEERS: Readonly<Record<number, number>> = { 1000: 500_000, 100000: 300_000, 1000000: 300_000 };

export function* b1(): Generator<Case> {
  const { file, sha256 } = inputFile(FOLDER, "increments.txt", incrementsText);
  const table = Float64Array.from(incrementsText().trimEnd().split("\n"), Number);
  const ceiling = cpp("cpp/hold");
  const grid = simgrid("hold");
  const py = simpy("hold");
  const ours = node("bench/peers/ours/hold.mjs");
  for (const cancels of [false, true]) {
    for (const pending of PENDING) {
      const slow = HOLDS_OF_SLOW_PEERS[pending] as number;
      const skipped: string[] = [];
      const entries: Entry[] = [];
      const add = (side: string, program: Program, holds: number, cannot?: string): void => {
        const reason = cannot ?? ("missing" in program ? program.missing : undefined);
        if (reason !== undefined || "missing" in program) {
          skipped.push(`${side}: ${reason}`);
          return;
        }
        const right = holdAnswer(table, pending, holds);
        const command = [...program.command, file, `${pending}`, `${holds}`, cancels ? "1" : "0"];
        entries.push({ side, version: program.version, command, amount: holds, check: (run) => agree(run, right) });
      };
      const noCancel = cancels ? "a sleep cannot be cancelled without ending its actor" : undefined;
      const stacks = pending >= 1e6 ? "a million actors need 17 GB (measured: 1.7 GB for 100,000)" : undefined;
      const maps = pending >= 1e5 ? "a stack with its guard page takes two memory maps, and Linux allows 65,530" : undefined;
      add("ours, kernel", ours, HOLDS);
      add(
        "SimPy",
        py,
        slow,
        cancels && pending >= 1e6 ? "15 s a run, most of it to start a million processes; see without cancels" : undefined,
      );
      add("SimGrid, tuned", grid.tuned, slow, noCancel ?? stacks);
      add("SimGrid, defaults", grid.plain, slow, noCancel ?? maps);
      add("C++ priority_queue", ceiling, HOLDS);
      const name = `${pending.toLocaleString("en")} pending${cancels ? ", 30 % cancels" : ""}`;
      yield { name, unit: "holds", inputs: { [file]: sha256 }, entries, skipped };
    }
  }
}

function agree({ clockS, idSum }: Run, right: { clockS: number; idSum: number }): string {
  if (clockS === right.clockS && idSum === right.idSum) return `clock ${clockS} and ids ${idSum}, to the bit`;
  throw new Error(`WRONG: clock ${clockS}, ids ${idSum}; right: ${right.clockS}, ${right.idSum}`);
}
