/**
 * Runs tasks, each a scenario with a seed, over worker threads. What is kept of a task depends on the task alone, whatever
 * thread finished first, so the number of workers never shows in the output.
 */
import { EnvError } from "../learn/env-error.ts";
import type { RunSeed } from "./hooks.ts";
import type { RunResult } from "./result.ts";

export interface RunTask<Loaded> {
  readonly loaded: Loaded;
  readonly seed: number;
}

interface Threads<Loaded> {
  /** With 1, runs happen in this thread. */
  readonly workers: number;
  readonly runSeed: RunSeed<Loaded>;
  /** The module that `serveRuns` made a task of, around the same `runSeed`. */
  readonly workerFile?: URL;
}
export interface TaskPlan<Loaded> extends Threads<Loaded> {
  readonly tasks: readonly RunTask<Loaded>[];
}
export interface SeedPlan<Loaded> extends Threads<Loaded> {
  readonly loaded: Loaded;
  readonly seeds: readonly number[];
}

export interface PoolHooks {
  /** Ends runs early: those under way return what they have, those not begun are left out. */
  readonly signal?: AbortSignal;
  /** Share of all runs done, 0..1. */
  onProgress?(fraction: number): void;
}

/** Takes the result of the task at `index` as soon as it is there; no thread begins another task before it returns. */
export type KeepResult = (result: RunResult, index: number) => void | Promise<void>;

/** What a worker gets once; buffers are shared, so that a stop reaches a thread that is busy. */
export interface WorkerStart {
  /** One Int32: not 0 means stop. */
  readonly stop: SharedArrayBuffer;
  /** One Float64 a run: simulated share done. */
  readonly progress: SharedArrayBuffer;
}
export interface WorkerTask {
  readonly loaded: unknown;
  readonly seed: number;
  readonly index: number;
}
/** An error of the user's making crosses as data: what a thread throws loses its class on the way. */
export type WorkerAnswer = RunResult | { readonly envError: string };

const PROGRESS_EVERY_MS = 100;

/** @returns results in the order of `plan.seeds`, fewer if the signal came first. */
export async function runSeeds<Loaded>(plan: SeedPlan<Loaded>, hooks: PoolHooks = {}): Promise<readonly RunResult[]> {
  const results: (RunResult | undefined)[] = new Array(plan.seeds.length).fill(undefined);
  const tasks = plan.seeds.map((seed) => ({ loaded: plan.loaded, seed }));
  const keep: KeepResult = (result, index) => {
    results[index] = result;
  };
  await runTasks({ ...plan, tasks }, keep, hooks);
  return results.filter((result) => result !== undefined);
}

/** Runs all tasks, begun in their order; ends when all that began have been kept. Rejects with the first error of a run or of `keep`. */
export async function runTasks<Loaded>(plan: TaskPlan<Loaded>, keep: KeepResult, hooks: PoolHooks = {}): Promise<void> {
  const workers = Math.min(plan.workers, plan.tasks.length);
  return workers > 1 ? runInThreads(plan, workers, keep, hooks) : runHere(plan, keep, hooks);
}

async function runHere<Loaded>(plan: TaskPlan<Loaded>, keep: KeepResult, hooks: PoolHooks): Promise<void> {
  const shouldStop = (): boolean => hooks.signal?.aborted === true;
  for (const [index, { loaded, seed }] of plan.tasks.entries()) {
    if (shouldStop()) break;
    const onProgress = (fraction: number): void => hooks.onProgress?.((index + fraction) / plan.tasks.length);
    await keep(await plan.runSeed(loaded, seed, { shouldStop, onProgress }), index);
  }
}

async function runInThreads<Loaded>(plan: TaskPlan<Loaded>, workers: number, keep: KeepResult, hooks: PoolHooks): Promise<void> {
  const { Piscina } = await import("piscina");
  const runCount = plan.tasks.length;
  const start: WorkerStart = { stop: new SharedArrayBuffer(4), progress: new SharedArrayBuffer(8 * runCount) };
  const stop = (): void => void Atomics.store(new Int32Array(start.stop), 0, 1);
  const filename = (plan.workerFile ?? new URL("./worker.js", import.meta.url)).href;
  const pool = new Piscina({ filename, name: "runTask", minThreads: workers, maxThreads: workers, workerData: start });
  const ticker = setInterval(() => hooks.onProgress?.(mean(new Float64Array(start.progress))), PROGRESS_EVERY_MS);
  hooks.signal?.addEventListener("abort", stop);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < runCount && hooks.signal?.aborted !== true) {
      const index = next++;
      const task: WorkerTask = { ...(plan.tasks[index] as RunTask<Loaded>), index };
      const answer: WorkerAnswer = await pool.run(task);
      if ("envError" in answer) throw new EnvError(answer.envError);
      await keep(answer, index);
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, lane));
  } finally {
    clearInterval(ticker);
    hooks.signal?.removeEventListener("abort", stop);
    await pool.destroy();
  }
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
