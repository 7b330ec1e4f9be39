/** What a policy gets: a value for each seed. */
import { returns } from "../learn/evaluate.ts";
import type { Contestant } from "../scenario/contest.ts";
import type { RunSeed } from "./hooks.ts";
import { type PoolHooks, runSeeds } from "./pool.ts";
import type { RunResult } from "./result.ts";
import { type LoadedSpec, withoutRows } from "./run.ts";

export interface Threads {
  /** With 1, runs happen in this thread; tasks always do. */
  readonly workers: number;
  readonly runSeed: RunSeed<LoadedSpec>;
  readonly workerFile?: URL | undefined;
}
export interface Measurement extends Threads {
  readonly contestant: Contestant;
  readonly metric: string;
  readonly seeds: readonly number[];
}

/** A run that does not have what was asked for; the message is for the user. */
export class NoValueError extends Error {}

/** @returns undefined if the signal came first @throws {NoValueError} where the metric of a run is null or unknown. */
export async function measure({ contestant, metric, seeds, ...threads }: Measurement, hooks: PoolHooks = {}): Promise<readonly number[] | undefined> {
  const { player, mode = "greedy" } = contestant;
  if (player.kind === "task") return returns(player.policy, player.env, seeds, mode);
  const { workerFile, ...rest } = threads;
  const plan = { ...rest, loaded: withoutRows(player.scenario.spec), seeds, ...(workerFile !== undefined && { workerFile }) };
  const runs = await runSeeds(plan, hooks);
  if (runs.length < seeds.length || runs.some((run) => run.interruptedAtS !== undefined)) return undefined;
  return runs.map((run) => valueOf(run, metric, contestant));
}

function valueOf({ seed, metrics, notes, identities }: RunResult, metric: string, { name }: Contestant): number {
  for (const [identity, holds] of Object.entries(identities)) {
    if (!holds) throw new Error(`Identity "${identity}" is broken at seed ${seed}, with ${name}.`);
  }
  const value = metrics[metric];
  if (typeof value === "number") return value;
  throw new NoValueError(`${metric} has no value at seed ${seed}, with ${name}: ${notes[metric]?.reason ?? "the run does not measure it"}.`);
}
