/** Whether the classes of requests are all that there are, and their SLOs have one to stand on. */
import type { Findings } from "./findings.ts";
import { boundsLatency, type ClassSpec, type ServingSloSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

/** @param path of the workload, whose SLO is `slo` */
export function checkClassShares(
  classes: Readonly<Record<string, ClassSpec>>,
  slo: ServingSloSpec | undefined,
  path: Path,
  findings: Findings,
): void {
  const sum = Object.values(classes).reduce((total, { share }) => total + share, 0);
  if (Math.abs(sum - 1) > 1e-9) findings.problem([...path, "classes"], `must have shares that sum to 1, got ${Number(sum.toPrecision(6))}`);
  const [own] = Object.entries(classes).find(([, each]) => each.slo !== undefined) ?? [];
  if (own === undefined || boundsLatency(slo)) return;
  const message = "needs a latency in the workload's slo, which says percentile and window and holds for other classes";
  findings.problem([...path, "classes", own, "slo"], message, "Hint: slo: { latency: 10 s } on the workload.");
}
