/** Names of a sweep's points and choice of its metrics, for tables and charts. */
import type { PointOutput, SweepOutput } from "../../experiment/sweep/output.ts";
import { showValue } from "../../scenario/sweep/values.ts";
import { digitsText } from "../format.ts";

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

/** "100 req/s, best-fit" */
export function pointName({ values }: PointOutput): string {
  return Object.values(values).map(shortValue).join(", ");
}

const USUAL = /^workloads\.[^.]+\.(latency_p99_s|slo_attainment|jobs_completed)$|^energy\.total_j$|^carbon\.total_g$/;

/** The metrics to show where nobody chose: what is compared, else the usual ones that the scenario has. */
export function chosenMetrics(output: SweepOutput, asked: readonly string[]): readonly string[] {
  if (asked.length > 0) return asked;
  if (output.compare !== undefined) return [output.compare.metric];
  const names = new Set(output.points.flatMap(({ summary }) => Object.keys(summary).filter((name) => summary[name]?.mean !== null)));
  return [...names].filter((name) => USUAL.test(name)).sort();
}
