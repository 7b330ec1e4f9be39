/** What `run` says of a scenario's `precision`. */
import type { PreciseRuns, PrecisionTarget } from "../experiment/until-precise.ts";

/** One line for stderr; undefined after an interruption, of which `run` speaks itself. */
export function precisionText({ runs, stop }: PreciseRuns, { metric, relative }: PrecisionTarget): string | undefined {
  if (stop.kind === "interrupted") return undefined;
  const width = stop.interval === undefined ? Number.NaN : relativeHalfWidth(stop.interval);
  const reached = Number.isFinite(width) ? `±${percent(width)} of the mean of ${metric}` : `the mean of ${metric} has no interval`;
  if (stop.met) return `Stopped after ${runs.length} runs: ${reached}.`;
  return `Not within ${percent(relative)} after ${runs.length} runs: ${reached}.`;
}

function relativeHalfWidth({ mean, low, high }: { readonly mean: number; readonly low: number; readonly high: number }): number {
  return high === low ? 0 : (high - low) / 2 / Math.abs(mean);
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
