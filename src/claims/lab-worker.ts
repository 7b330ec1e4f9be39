/** A thread's entry: plays the runs that lab.ts sends. A fixed file of its own, in the bundle too. */
import { runSeed } from "../experiment/run.ts";
import { type Finding, findingOf, type LabTask } from "./lab-task.ts";

export async function runTask({ loaded, seed }: LabTask): Promise<Finding> {
  return findingOf(await runSeed(loaded, seed, { shouldStop: () => false, onProgress() {} }));
}
