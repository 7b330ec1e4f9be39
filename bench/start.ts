/** How long the command takes to begin: help, and a scenario in which nothing happens, beside a Node that runs nothing. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const REPEATS = 9;
const US_PER_S = 1e6;
const MS_PER_S = 1e3;
const COMMAND = new URL("../cybertwin.js", import.meta.url).pathname;
/** Node tells nobody what its children used, so each tells it itself. */
const PRELOAD = 'process.on("exit", () => require("node:fs").writeSync(3, JSON.stringify(process.cpuUsage())));';
const EMPTY = "name: empty\nseed: 1\nduration: 1 s\n";

interface Start {
  readonly name: string;
  readonly args: readonly string[];
  /** Seconds beyond bare Node, of CPU time and on the wall alike. */
  readonly extraMaxS: number;
}
interface Taken {
  readonly cpuS: number;
  readonly wallS: number;
}

export async function start(say: (text: string) => void): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "cybertwin-bench-"));
  try {
    const file = join(folder, "empty.yaml");
    const preload = join(folder, "preload.cjs");
    writeFileSync(file, EMPTY);
    writeFileSync(preload, PRELOAD);
    const starts: readonly Start[] = [
      { name: "--help", args: [COMMAND, "--help"], extraMaxS: 0.1 },
      { name: "an empty scenario", args: [COMMAND, "run", file, "--format", "json"], extraMaxS: 0.4 },
    ];
    return starts.map((it) => compare(it, preload, say)).every(Boolean);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compare({ name, args, extraMaxS }: Start, preload: string, say: (text: string) => void): boolean {
  const bare: Taken[] = [];
  const ours: Taken[] = [];
  for (let i = 0; i < REPEATS; i++) {
    bare.push(timed(preload, ["--eval", "0"]));
    ours.push(timed(preload, args));
  }
  const extra = (of: (taken: Taken) => number): number => median(ours.map(of)) - median(bare.map(of));
  const cpuS = extra((taken) => taken.cpuS);
  const wallS = extra((taken) => taken.wallS);
  const good = cpuS <= extraMaxS;
  const bareS = median(bare.map((taken) => taken.cpuS));
  say(
    `${good ? "good " : "short"}  ${name.padEnd(18)} bare Node (${bareS.toFixed(3)} s) + ${cpuS.toFixed(3)} s of CPU, at most + ${extraMaxS} s; + ${wallS.toFixed(3)} s on the wall`,
  );
  return good;
}

function timed(preload: string, args: readonly string[]): Taken {
  const startMs = performance.now();
  const stdio = ["ignore", "ignore", "pipe", "pipe"] as const;
  const { status, output } = spawnSync(process.execPath, ["--require", preload, ...args], { encoding: "utf8", stdio: [...stdio] });
  const wallS = (performance.now() - startMs) / MS_PER_S;
  if (status !== 0) throw new Error(`${args.join(" ")} failed: ${output[2]}`);
  const { user, system } = JSON.parse(output[3] as string) as NodeJS.CpuUsage;
  return { cpuS: (user + system) / US_PER_S, wallS };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
