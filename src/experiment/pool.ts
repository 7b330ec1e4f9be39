/**
 * Runs the seeds of an experiment over worker threads. Results come back in the order of the seeds, whatever thread
 * finished first, so the number of workers never shows in the output.
 */
import type { RunSeed } from "./hooks.ts";
import type { RunResult } from "./result.ts";

export interface SeedPlan<Loaded> {
  readonly loaded: Loaded;
  readonly seeds: readonly number[];
  /** With 1, runs happen in this thread. */
  readonly workers: number;
  readonly runSeed: RunSeed<Loaded>;
  /** The module that `serveRuns` made a task of, around the same `runSeed`. */
  readonly workerFile?: URL;
}

export interface PoolHooks {
  /** Ends runs early: those under way return what they have, those not begun are left out. */
  readonly signal?: AbortSignal;
  /** Share of all runs done, 0..1. */
  onProgress?(fraction: number): void;
}

/** What a worker gets once; buffers are shared, so that a stop reaches a thread that is busy. */
export interface WorkerStart {
  readonly loaded: unknown;
  /** One Int32: not 0 means stop. */
  readonly stop: SharedArrayBuffer;
  /** One Float64 a run: simulated share done. */
  readonly progress: SharedArrayBuffer;
}
export interface WorkerTask {
  readonly seed: number;
  readonly index: number;
}

const PROGRESS_EVERY_MS = 100;

/** @returns results in the order of `plan.seeds`, fewer if the signal came first. */
export async function runSeeds<Loaded>(plan: SeedPlan<Loaded>, hooks: PoolHooks = {}): Promise<readonly RunResult[]> {
  const workers = Math.min(plan.workers, plan.seeds.length);
  return workers > 1 ? runInThreads(plan, workers, hooks) : runHere(plan, hooks);
}

async function runHere<Loaded>(plan: SeedPlan<Loaded>, hooks: PoolHooks): Promise<readonly RunResult[]> {
  const results: RunResult[] = [];
  const shouldStop = (): boolean => hooks.signal?.aborted === true;
  for (const seed of plan.seeds) {
    if (shouldStop()) break;
    const onProgress = (fraction: number): void => hooks.onProgress?.((results.length + fraction) / plan.seeds.length);
    results.push(await plan.runSeed(plan.loaded, seed, { shouldStop, onProgress }));
  }
  return results;
}

async function runInThreads<Loaded>(plan: SeedPlan<Loaded>, workers: number, hooks: PoolHooks): Promise<readonly RunResult[]> {
  const { Piscina } = await import("piscina");
  const runCount = plan.seeds.length;
  const start: WorkerStart = {
    loaded: plan.loaded,
    stop: new SharedArrayBuffer(4),
    progress: new SharedArrayBuffer(8 * runCount),
  };
  const stop = (): void => void Atomics.store(new Int32Array(start.stop), 0, 1);
  const filename = (plan.workerFile ?? new URL("./worker.js", import.meta.url)).href;
  const pool = new Piscina({ filename, name: "runTask", minThreads: workers, maxThreads: workers, workerData: start });
  const ticker = setInterval(() => hooks.onProgress?.(mean(new Float64Array(start.progress))), PROGRESS_EVERY_MS);
  hooks.signal?.addEventListener("abort", stop);
  const results: (RunResult | undefined)[] = new Array(runCount).fill(undefined);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < runCount && hooks.signal?.aborted !== true) {
      const index = next++;
      const task: WorkerTask = { seed: plan.seeds[index] as number, index };
      results[index] = await pool.run(task);
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, lane));
  } finally {
    clearInterval(ticker);
    hooks.signal?.removeEventListener("abort", stop);
    await pool.destroy();
  }
  return results.filter((result) => result !== undefined);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
