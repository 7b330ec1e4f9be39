/** Environments by what they are made of, here or in worker threads. */
import type { Env } from "../learn/env.ts";
import { LaneThreads } from "../learn/lane-threads.ts";
import { type LanePlayer, LocalLanes } from "../learn/lanes.ts";
import { makeEnv } from "../learn/tasks/index.ts";
import { type ScenarioSpec, scenarioEnv } from "../scenario/index.ts";

/** Plain data: a thread can be handed it. */
export type EnvSource = { readonly kind: "task"; readonly id: string } | { readonly kind: "scenario"; readonly spec: ScenarioSpec };

/** Every step of it is checked. @throws {EnvError} if there is no such task, or if nobody decides from outside in the scenario */
export function envOf(source: EnvSource): Env {
  return source.kind === "task" ? makeEnv(source.id) : scenarioEnv(source.spec);
}

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
