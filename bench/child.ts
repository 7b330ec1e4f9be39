/** Measures in a process of its own: what one run needs from the start, with nothing compiled and nothing left in memory. */
import { spawnSync } from "node:child_process";

const US_PER_S = 1e6;
const B_PER_KIB = 1024;

export interface Cost {
  /** User and system time of all threads, seconds. */
  readonly cpuS: number;
  /** The most memory that was ever resident, bytes. */
  readonly peakB: number;
}

/** Runs `node <module beside this one> <input as JSON>`, and reads the cost that it prints. */
export function costOf(module: string, input: unknown): Cost {
  return printedBy(module, JSON.stringify(input)) as Cost;
}

/** Runs `node <module beside this one> <words>`, and reads the JSON that it prints. */
export function printedBy(module: string, ...words: readonly string[]): unknown {
  const file = new URL(module, import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...words], { encoding: "utf8" });
  if (stdout === "") throw new Error(`${module} failed (${status}): ${stderr}`); // a GPU's driver may crash once all is done
  return JSON.parse(stdout);
}

/** The child's side: does the work, prints what the process has cost since it began. */
export async function printCost(work: (input: unknown) => Promise<void>): Promise<void> {
  await work(JSON.parse(process.argv[2] as string));
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const cost: Cost = { cpuS: (userCPUTime + systemCPUTime) / US_PER_S, peakB: maxRSS * B_PER_KIB };
  process.stdout.write(JSON.stringify(cost));
}
