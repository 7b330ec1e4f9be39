/** Sides take turns, each run in a process of its own on one core. Answers first: a side that is wrong once gets no times. */
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";

/** What every driver prints. */
export interface Run {
  /** CPU time of the simulation alone: inputs read, actors or timers of the start there, answers not yet written. */
  readonly loopCpuS: number;
  readonly loopWallS: number;
  /** CPU time of the process from its start, reading the input and, of ours, compiling included. */
  readonly processCpuS: number;
  readonly peakKib: number;
  readonly [answer: string]: number | string;
}

export interface Entry {
  readonly side: string;
  readonly version: string;
  readonly command: readonly string[];
  /** Operations in one run. */
  readonly amount: number;
  /** Says how the answer agrees. @throws {Error} where it does not. */
  check(run: Run): string;
}

export interface Measured {
  readonly side: string;
  readonly version: string;
  readonly command: string;
  readonly amount: number;
  /** How the answers agree, or how they do not. */
  readonly answer: string;
  readonly isRight: boolean;
  readonly runs: readonly Run[];
}

const TIMEOUT_MS = 600_000;
const LAST_CORE = ["taskset", "-c", `${cpus().length - 1}`] as const;
const PIN = spawnSync(LAST_CORE[0], [...LAST_CORE.slice(1), "true"]).status === 0 ? LAST_CORE : [];

export function measure(entries: readonly Entry[], roundCount: number): readonly Measured[] {
  const runs = entries.map((): Run[] => []);
  const answers = entries.map(() => "");
  const wrong = entries.map(() => false);
  for (let round = 0; round < roundCount; round++) {
    const order = [...entries.keys()];
    if (round % 2 === 1) order.reverse();
    for (const i of order) {
      const entry = entries[i] as Entry;
      if (wrong[i]) continue;
      try {
        const run = once(entry.command);
        answers[i] = entry.check(run);
        (runs[i] as Run[]).push(run);
      } catch (error) {
        wrong[i] = true;
        answers[i] = (error as Error).message;
      }
    }
  }
  return entries.map(({ side, version, command, amount }, i) => ({
    side,
    version,
    command: command.join(" ").replace(process.execPath, "node"),
    amount,
    answer: answers[i] as string,
    isRight: !wrong[i],
    runs: wrong[i] ? [] : (runs[i] as Run[]),
  }));
}

/** One run, on the last core where `taskset` can keep it there. @throws {Error} if it fails. */
export function once(command: readonly string[]): Run {
  const [program, ...args] = [...PIN, ...command];
  const { status, signal, stdout, stderr } = spawnSync(program as string, args, {
    encoding: "utf8",
    timeout: TIMEOUT_MS,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });
  if (status !== 0) {
    const lines = stderr.trim().split("\n");
    throw new Error(`failed (${signal ?? status}): ${lines.find((line) => /error|critical/i.test(line)) ?? lines.at(-1)}`);
  }
  return JSON.parse(stdout.trim().split("\n").at(-1) as string) as Run;
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2;
  return { min: sorted[0] as number, median: middle, max: sorted.at(-1) as number };
}
