/** Measures policies with a bar. */
import { availableParallelism } from "node:os";
import { type Asked, measure, NoValueError } from "../experiment/measure.ts";
import { type Args, type Option, wholeNumber } from "./command.ts";
import type { Engine } from "./engine.ts";
import type { Io } from "./io.ts";
import { startProgress } from "./progress.ts";
import { UsageError } from "./usage-error.ts";

export const WORKERS: Option = { type: "text", doc: "Threads to spread the runs of a scenario over", example: "2" };

/** @returns the values of each, by seed; undefined if it was interrupted @throws {UsageError} where a run has no value */
export async function measureAll(
  all: readonly Asked[],
  args: Args,
  io: Io,
  engine: Engine,
): Promise<readonly (readonly number[])[] | undefined> {
  const { runSeed, workerFile } = engine;
  const named = args.texts.get("workers");
  const workers = named === undefined ? availableParallelism() : wholeNumber(named, "--workers", 1);
  const signal = io.catchInterrupt("nothing is kept");
  const progress = startProgress(io.errIsTerminal && !args.switches.has("quiet"));
  try {
    return await measure(all, { workers, runSeed, workerFile }, { signal, onProgress: progress.update });
  } catch (error) {
    throw error instanceof NoValueError ? new UsageError(error.message) : error;
  } finally {
    progress.stop();
  }
}
