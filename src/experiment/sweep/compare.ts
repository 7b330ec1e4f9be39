/** Points of a sweep against a baseline, on common random numbers: run by run with the same seed. */
import { LEVEL, type MeanInterval, type Measured } from "../summary.ts";

export interface ComparePlan {
  readonly metric: string;
  /** The index of the point that each point is compared with. */
  readonly baselineOf: readonly number[];
  readonly interval: MeanInterval;
}

export interface ComparedPoint {
  readonly point: number;
  /** Mean over seeds of the point's value minus the baseline's; null where fewer than two pairs have both. */
  readonly difference: number | null;
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
  /** Pairs of runs. */
  readonly n: number;
  /** "unclear" if the interval holds 0, or there is none. */
  readonly verdict: "baseline" | "lower" | "higher" | "unclear";
}

/** The points that share a baseline. */
export interface Comparison {
  readonly baseline: number;
  readonly points: readonly ComparedPoint[];
  /** Points from the lowest to the highest; those in one list are not told apart, because a chain of overlapping intervals joins them. */
  readonly order: readonly (readonly number[])[];
}

/** @param runs of each point, in the same order of seeds. Points count from 0. */
export function compareWithBaselines(runs: readonly (readonly Measured[])[], plan: ComparePlan): readonly Comparison[] {
  const baselines = [...new Set(plan.baselineOf)];
  return baselines.map((baseline) => {
    const members = runs.flatMap((_, point) => (plan.baselineOf[point] === baseline ? [point] : []));
    const points = members.map((point) => comparedPoint(point, baseline, runs, plan));
    return { baseline, points, order: orderOf(points) };
  });
}

function comparedPoint(point: number, baseline: number, runs: readonly (readonly Measured[])[], plan: ComparePlan): ComparedPoint {
  const mine = runs[point] as readonly Measured[];
  const theirs = runs[baseline] as readonly Measured[];
  const differences = mine.flatMap((run, i) => {
    const [value, base] = [run.metrics[plan.metric], theirs[i]?.metrics[plan.metric]];
    return typeof value === "number" && typeof base === "number" ? [value - base] : [];
  });
  const n = differences.length;
  if (n < 2) return { point, difference: null, ciLow: null, ciHigh: null, n, verdict: point === baseline ? "baseline" : "unclear" };
  const { mean, low, high } = plan.interval(differences, LEVEL);
  const verdict = point === baseline ? "baseline" : low > 0 ? "higher" : high < 0 ? "lower" : "unclear";
  return { point, difference: mean, ciLow: low, ciHigh: high, n, verdict };
}

function orderOf(points: readonly ComparedPoint[]): readonly (readonly number[])[] {
  const known = points.filter((one): one is ComparedPoint & { ciLow: number; ciHigh: number } => one.ciLow !== null);
  const order: number[][] = [];
  let reach = Number.NEGATIVE_INFINITY;
  for (const { point, ciLow, ciHigh } of known.toSorted((a, b) => a.ciLow - b.ciLow || a.point - b.point)) {
    if (ciLow > reach) order.push([point]);
    else order.at(-1)?.push(point);
    reach = Math.max(reach, ciHigh);
  }
  return order;
}
