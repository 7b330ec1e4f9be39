/** The runs of a sweep, and the share of them that one of several machines takes. */
import type { TaskKey } from "./task-store.ts";

/** One of `of` shares; `index` counts from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Every run: point by point, seeds inside. */
export function tasksOf(pointCount: number, seeds: readonly number[]): readonly TaskKey[] {
  return Array.from({ length: pointCount }, (_, point) => seeds.map((seed) => ({ point, seed }))).flat();
}

/** Every `of`-th task, so that points that take long are spread over all shares. */
export function shareOf(tasks: readonly TaskKey[], { index, of }: Shard): readonly TaskKey[] {
  return tasks.filter((_, i) => i % of === index - 1);
}
