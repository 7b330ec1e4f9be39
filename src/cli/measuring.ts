/** Measures policies one after the other, with one bar for all of them. */
import { availableParallelism } from "node:os";
import { measure, NoValueError } from "../experiment/measure.ts";
import type { Contestant } from "../scenario/contest.ts";
import { type Args, type Option, wholeNumber } from "./command.ts";
import type { Engine } from "./engine.ts";
import type { Io } from "./io.ts";
import { startProgress } from "./progress.ts";
import { UsageError } from "./usage-error.ts";

export const WORKERS: Option = { type: "text", doc: "Threads to spread the seeds of a scenario over", example: "2" };

export interface Asked {
  readonly contestant: Contestant;
  readonly metric: string;
  readonly seeds: readonly number[];
}

/** @returns the values of each, by seed; undefined if it was interrupted @throws {UsageError} where a run has no value */
export async function measureAll(asked: readonly Asked[], args: Args, io: Io, engine: Engine): Promise<readonly (readonly number[])[] | undefined> {
  const { runSeed, workerFile } = engine;
  const named = args.texts.get("workers");
  const workers = named === undefined ? availableParallelism() : wholeNumber(named, "--workers", 1);
  const signal = io.catchInterrupt("nothing is kept");
  const progress = startProgress(io.errIsTerminal && !args.switches.has("quiet"));
  try {
    const all: (readonly number[])[] = [];
    for (const one of asked) {
      const onProgress = (fraction: number): void => progress.update((all.length + fraction) / asked.length);
      const values = signal.aborted ? undefined : await measure({ ...one, workers, runSeed, workerFile }, { signal, onProgress });
      if (values === undefined) return undefined;
      all.push(values);
    }
    return all;
  } catch (error) {
    throw error instanceof NoValueError ? new UsageError(error.message) : error;
  } finally {
    progress.stop();
  }
}
