/** A thread's entry: runs the seeds that pool.ts sends. A fixed file of its own, in the bundle too. */
import { runSeed } from "./run.ts";
import { serveRuns } from "./worker-task.ts";

export const runTask = serveRuns(runSeed);
