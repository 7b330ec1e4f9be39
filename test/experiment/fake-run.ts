/** A run without a world: the seed decides how long it takes and what it measures. */
import type { RunHooks } from "../../src/experiment/hooks.ts";
import type { RunResult, RunSeries } from "../../src/experiment/result.ts";
import { EnvError } from "../../src/learn/env-error.ts";

export const NO_SERIES: RunSeries = {
  bucketS: 1,
  bucketCount: 0,
  warmupS: 0,
  sites: [],
  servers: { names: [], racks: [], utilization: new Float32Array(0) },
  gpus: { names: [], sites: [], kinds: [], powerW: new Float32Array(0), clockHz: new Float32Array(0), residency: [] },
  services: [],
  models: [],
  batches: [],
  faults: [],
};

export function fakeResult(seed: number, more: Partial<RunResult> = {}): RunResult {
  return {
    seed,
    metrics: { "workloads.web.latency_mean_s": seed },
    notes: {},
    identities: { requests: true },
    eventLogHash: "0".repeat(16),
    eventCount: 0,
    series: NO_SERIES,
    tables: {},
    ...more,
  };
}

/** Seed 666 throws; seed 667 blames the user; seed 99 runs until it is stopped; any other takes a few turns, small seeds the longest. */
export async function fakeRunSeed(loaded: { readonly name: string }, seed: number, hooks: RunHooks): Promise<RunResult> {
  if (seed === 666) throw new Error(`broken world in ${loaded.name}`);
  if (seed === 667) throw new EnvError(`${loaded.name} sees NaN`);
  const turnCount = seed === 99 ? Infinity : Math.max(1, 10 - seed);
  for (let turn = 0; turn < turnCount; turn++) {
    if (hooks.shouldStop()) return fakeResult(seed, { interruptedAtS: turn });
    hooks.onProgress(turn / turnCount);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return fakeResult(seed, { metrics: { name_length: loaded.name.length, "workloads.web.latency_mean_s": seed } });
}
