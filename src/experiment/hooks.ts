/** What a run asks of whoever started it, and what it says meanwhile. */
import type { RunResult } from "./result.ts";

export interface RunHooks {
  /** Asked every few thousand events; true ends the run early with what it has. */
  shouldStop(): boolean;
  /** Simulated share done, 0..1. */
  onProgress(fraction: number): void;
}

/** One run of one seed. `Loaded` is plain data, so that it may cross to another thread. */
export type RunSeed<Loaded> = (loaded: Loaded, seed: number, hooks: RunHooks) => Promise<RunResult>;
