/** The worker's side of pool.ts. */
import { workerData } from "piscina";
import type { RunSeed } from "./hooks.ts";
import type { WorkerStart, WorkerTask } from "./pool.ts";
import type { RunResult } from "./result.ts";

/** Makes the task that `runTasks` sends to its threads. `Loaded` is what the task held. */
export function serveRuns<Loaded>(runSeed: RunSeed<Loaded>): (task: WorkerTask) => Promise<RunResult> {
  const start = workerData as WorkerStart;
  const stop = new Int32Array(start.stop);
  const progress = new Float64Array(start.progress);
  return ({ loaded, seed, index }) =>
    runSeed(loaded as Loaded, seed, {
      shouldStop: () => Atomics.load(stop, 0) !== 0,
      onProgress: (fraction) => {
        progress[index] = fraction;
      },
    });
}
