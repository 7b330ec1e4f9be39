/** What policies get: a value for each seed. */
import { returns } from "../learn/evaluate.ts";
import type { Contestant } from "../scenario/contest.ts";
import type { RunSeed } from "./hooks.ts";
import { type PoolHooks, type RunTask, runTasks } from "./pool.ts";
import type { RunResult } from "./result.ts";
import { type LoadedSpec, withoutRows } from "./run.ts";

export interface Asked {
  readonly contestant: Contestant;
  readonly metric: string;
  readonly seeds: readonly number[];
}

export interface Threads {
  /** With 1, runs happen in this thread; tasks always do. */
  readonly workers: number;
  readonly runSeed: RunSeed<LoadedSpec>;
  readonly workerFile?: URL | undefined;
}

/** A run that does not have what was asked for; the message is for the user. */
export class NoValueError extends Error {}

interface Slot extends RunTask<LoadedSpec> {
  readonly asked: Asked;
  /** Where the value belongs. */
  readonly values: number[];
  readonly at: number;
}

/** @returns the values of each; undefined if the signal came first @throws {NoValueError} where the metric of a run is null or unknown. */
export async function measure(
  all: readonly Asked[],
  { workers, runSeed, workerFile }: Threads,
  hooks: PoolHooks = {},
): Promise<readonly (readonly number[])[] | undefined> {
  const slots: Slot[] = [];
  const measured = all.map((asked) => {
    const { player, mode = "greedy" } = asked.contestant;
    if (player.kind === "task") return returns(player.policy, player.env, asked.seeds, mode);
    const values: number[] = [];
    const loaded = withoutRows(player.scenario.spec);
    for (const [at, seed] of asked.seeds.entries()) slots.push({ loaded, seed, asked, values, at });
    return values;
  });
  let keptCount = 0;
  const keep = (result: RunResult, index: number): void => {
    if (result.interruptedAtS !== undefined) return;
    const { asked, values, at } = slots[index] as Slot;
    values[at] = measuredValue(result, asked);
    keptCount++;
  };
  const tasks = slots.map(({ loaded, seed }) => ({ loaded, seed }));
  await runTasks({ tasks, workers, runSeed, ...(workerFile !== undefined && { workerFile }) }, keep, hooks);
  return keptCount < slots.length ? undefined : measured;
}

function measuredValue({ seed, metrics, notes, identities }: RunResult, { metric, contestant: { name } }: Asked): number {
  for (const [identity, holds] of Object.entries(identities)) {
    if (!holds) throw new Error(`Identity "${identity}" is broken at seed ${seed}, with ${name}.`);
  }
  const value = metrics[metric];
  if (typeof value === "number") return value;
  throw new NoValueError(
    `${metric} has no value at seed ${seed}, with ${name}: ${notes[metric]?.reason ?? "the run does not measure it"}.`,
  );
}
