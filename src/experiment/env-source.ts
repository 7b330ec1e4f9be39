/** Lanes of environments, here or in worker threads. */
import { LaneThreads } from "../learn/lane-threads.ts";
import { type LanePlayer, LocalLanes } from "../learn/lanes.ts";
import { type EnvSource, envOf } from "../scenario/env-source.ts";

interface LanesPlan {
  readonly source: EnvSource;
  readonly laneCount: number;
  /** Threads; with 0 the lanes are played in this one. No number changes a result. */
  readonly workers: number;
  readonly workerFile?: URL;
}

/** Lanes of such environments. */
export function openLanes({ source, laneCount, workers, workerFile }: LanesPlan): LanePlayer {
  if (workers === 0) return new LocalLanes(Array.from({ length: laneCount }, () => envOf(source)));
  const file = workerFile ?? new URL("./lane-worker.js", import.meta.url);
  return new LaneThreads({ workerFile: file, source, spec: envOf(source), laneCount, workers });
}
