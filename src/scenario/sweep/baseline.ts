/** With which point each point of a sweep is compared. */
import type { Findings } from "../findings.ts";
import { showValue, type Values } from "./values.ts";

/**
 * The baseline of every point, by index. A baseline that one point matches serves all; where it matches several points of a
 * grid, each point is compared with the one that has the baseline's values and else its own.
 */
export function baselinesOf(kind: string, points: readonly Values[], baseline: Values, findings: Findings): readonly number[] {
  const paths = Object.keys(baseline);
  const known = Object.keys(points[0] ?? {});
  for (const path of paths) if (!known.includes(path)) unknownPath(path, known, findings);
  if (paths.length === 0) findings.problem(["compare", "baseline"], "must say a value of at least one varied path");
  if (findings.problems.length > 0) return [];
  const matches = points.flatMap((values, i) => (agree(values, baseline, paths) ? [i] : []));
  const [only] = matches;
  if (only === undefined) {
    const said = paths.map((path) => `${path} = ${showValue(baseline[path])}`).join(", ");
    findings.problem(["compare", "baseline"], `must be a point of the sweep, got ${said}`, "Write values as they stand in vary.");
    return [];
  }
  if (matches.length === 1) return points.map(() => only);
  if (kind === "grid") return points.map((values) => points.findIndex((other) => agree(other, { ...values, ...baseline }, known)));
  findings.problem(["compare", "baseline"], `must match one point, got ${matches.length}`, "Name more paths.");
  return [];
}

function unknownPath(path: string, known: readonly string[], findings: Findings): void {
  findings.problem(["compare", "baseline", path], "is not varied", `There are: ${known.join(", ")}.`);
}

function agree(a: Values, b: Values, paths: readonly string[]): boolean {
  return paths.every((path) => JSON.stringify(a[path]) === JSON.stringify(b[path]));
}
