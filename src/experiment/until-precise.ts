/** Replications until the mean of a metric is known well enough: seeds one after another, each prefix of them asked in order. */
import { intervalStep, type Precision, tInterval } from "../stats/index.ts";
import { type PoolHooks, runSeeds, type SeedPlan } from "./pool.ts";
import type { RunResult } from "./result.ts";
import { type Interval, LEVEL, pooledPercentile } from "./summary.ts";

export interface PrecisionTarget {
  readonly metric: string;
  /** In (0, 1): half of the interval over the mean. */
  readonly relative: number;
  /** At least `MIN_RUNS`. */
  readonly maxRuns: number;
}

/** Fewer give intervals that miss the truth too often: docs/statistics.md. */
export const MIN_RUNS = 10;

export interface PreciseRuns {
  readonly runs: readonly RunResult[];
  /** Runs that were begun or would have been next; more than `runs` only after an interruption. */
  readonly askedCount: number;
  /** `met` false: the cap came first. */
  readonly stop:
    | { readonly kind: "interrupted" }
    | { readonly kind: "done"; readonly met: boolean; readonly interval: Interval | undefined };
}

/**
 * Runs the seeds `firstSeed`, `firstSeed + 1`, ... Batches have one size whatever the number of workers, and what lies beyond the
 * first precise prefix is dropped: so neither the results nor an error of a run depend on the workers.
 */
export async function runUntilPrecise<Loaded>(
  plan: Omit<SeedPlan<Loaded>, "seeds"> & { readonly firstSeed: number },
  target: PrecisionTarget,
  hooks: PoolHooks = {},
): Promise<PreciseRuns> {
  const runs: RunResult[] = [];
  let interval: Interval | undefined;
  while (runs.length < target.maxRuns) {
    const start = runs.length;
    const count = Math.min(MIN_RUNS, target.maxRuns - start);
    const seeds = Array.from({ length: count }, (_, i) => plan.firstSeed + start + i);
    const onProgress = (fraction: number): void => hooks.onProgress?.((start + fraction * count) / target.maxRuns);
    const batch = await runSeeds({ ...plan, seeds }, { ...hooks, onProgress });
    runs.push(...batch);
    if (batch.length < count || batch.some((run) => run.interruptedAtS !== undefined))
      return { runs, askedCount: start + count, stop: { kind: "interrupted" } };
    for (let n = start + 1; n <= runs.length; n++) {
      const step = stepAfter(runs.slice(0, n), target);
      interval = step?.interval;
      if (step?.kind === "stop" && step.why === "precise")
        return { runs: runs.slice(0, n), askedCount: n, stop: { kind: "done", met: true, interval } };
    }
  }
  return { runs, askedCount: runs.length, stop: { kind: "done", met: false, interval } };
}

/** As in the summary, a run in which the metric is null has no part in its mean. Undefined while no run has a value. */
function stepAfter(runs: readonly RunResult[], { metric, relative, maxRuns }: PrecisionTarget) {
  const values = runs.map((run) => run.metrics[metric]).filter((value) => typeof value === "number");
  const precision: Precision = { relative, level: LEVEL, minRuns: MIN_RUNS, maxRuns };
  if (values.length === 0) return undefined;
  return intervalStep(pooledPercentile(metric, runs) ?? tInterval(values, LEVEL), values.length, precision);
}
