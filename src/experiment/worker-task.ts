/** The worker's side of pool.ts. */
import { workerData } from "piscina";
import { EnvError } from "../learn/env-error.ts";
import type { RunSeed } from "./hooks.ts";
import type { WorkerAnswer, WorkerStart, WorkerTask } from "./pool.ts";

/** Makes the task that `runTasks` sends to its threads. `Loaded` is what the task held. */
export function serveRuns<Loaded>(runSeed: RunSeed<Loaded>): (task: WorkerTask) => Promise<WorkerAnswer> {
  const start = workerData as WorkerStart;
  const stop = new Int32Array(start.stop);
  const progress = new Float64Array(start.progress);
  return async ({ loaded, seed, index }) => {
    try {
      return await runSeed(loaded as Loaded, seed, {
        shouldStop: () => Atomics.load(stop, 0) !== 0,
        onProgress: (fraction) => {
          progress[index] = fraction;
        },
      });
    } catch (error) {
      if (error instanceof EnvError) return { envError: error.message };
      throw error;
    }
  };
}
