/** Names of a sweep's points and choice of its metrics, for tables and charts. */
import type { ComparedPoint } from "../../experiment/sweep/compare.ts";
import type { PointOutput, SweepOutput } from "../../experiment/sweep/output.ts";
import { showValue } from "../../scenario/sweep/values.ts";
import { digitsText, intervalText, quantityText } from "../format.ts";

/** The last steps of each path, as many as keep the paths apart. */
export function shortPaths(paths: readonly string[]): readonly string[] {
  const tails = paths.map((path) => path.split(".").map((_, i, steps) => steps.slice(-1 - i).join(".")));
  return paths.map((path, i) => {
    const unique = (tail: string): boolean => tails.every((other, j) => j === i || !other.includes(tail));
    return tails[i]?.find(unique) ?? path;
  });
}

/** A value in few characters: drawn numbers have sixteen digits that nobody reads. */
export function shortValue(value: unknown): string {
  return typeof value === "number" && !Number.isInteger(value) ? digitsText(value, 4) : showValue(value);
}

/** The paths that take more than one value: the others tell no points apart. */
export function varyingPaths({ paths, points }: Pick<SweepOutput, "paths" | "points">): readonly string[] {
  return paths.filter((path) => distinctCount(points, path) > 1);
}

export function distinctCount(points: readonly PointOutput[], path: string): number {
  return new Set(points.map(({ values }) => JSON.stringify(values[path]))).size;
}

/** "100 req/s, best-fit": what tells the point from the others. */
export function pointName(output: SweepOutput, point: number): string {
  const { values } = output.points[point] as PointOutput;
  const varying = varyingPaths(output);
  return (varying.length > 0 ? varying : output.paths).map((path) => shortValue(values[path])).join(", ");
}

/** Differences from the baselines, in cells; points that are baselines are left out. */
export function comparisonRows(output: SweepOutput): readonly (readonly [string, string, string, string, string])[] {
  const { compare } = output;
  if (compare === undefined) return [];
  return compare.groups.flatMap(({ baseline, points }) =>
    points
      .filter(({ point }) => point !== baseline)
      .map((one) => {
        const { point, difference, ciLow, ciHigh } = one;
        const text = `${difference !== null && difference > 0 ? "+" : ""}${quantityText(difference, compare.unit, compare.metric)}`;
        const interval = intervalText(ciLow, ciHigh, compare.unit, compare.metric) ?? "";
        return [pointName(output, point), pointName(output, baseline), text, interval, verdictText(one)] as const;
      }),
  );
}

/** Why a difference without spread is told by no interval. */
export function sameText(difference: number, n: number): string {
  return difference === 0 ? `equal in all ${n} runs` : `the same difference in all ${n} runs, too few to be sure that it is no chance`;
}

/** "higher", or "unclear" with what keeps it so where no interval shows it. */
export function verdictText({ verdict, difference, ciLow, n }: Pick<ComparedPoint, "verdict" | "difference" | "ciLow" | "n">): string {
  if (verdict !== "unclear") return ciLow === null ? `${verdict}, by the same in all ${n} runs` : verdict;
  if (difference === null) return `unclear: ${n === 1 ? "only one pair of runs has" : "no pair of runs has"} both values`;
  return ciLow === null ? `unclear: ${sameText(difference, n)}` : "unclear";
}

/** Above the orders. */
export const ORDER = "from low to high, all pairs together at 95 %; = joins points of which not all are told apart";

/** "a < b = c" for each baseline that has an order: from low to high, with = between points of which not all are told apart. */
export function orderLines(output: SweepOutput): readonly string[] {
  const orders = (output.compare?.groups ?? []).map(({ order }) => order).filter((order) => order.length > 0);
  return orders.map((order) => order.map((tied) => tied.map((point) => pointName(output, point)).join(" = ")).join(" < "));
}

const USUAL = /^workloads\.[^.]+\.(latency_p99_s|slo_attainment|jobs_completed)$|^energy\.total_j$|^carbon\.total_g$/;

/** The metrics to show where nobody chose: what is compared, else the usual ones that the scenario has. */
export function chosenMetrics(output: SweepOutput, asked: readonly string[]): readonly string[] {
  if (asked.length > 0) return asked;
  if (output.compare !== undefined) return [output.compare.metric];
  const names = new Set(output.points.flatMap(({ summary }) => Object.keys(summary).filter((name) => summary[name]?.mean !== null)));
  return [...names].filter((name) => USUAL.test(name)).sort();
}
