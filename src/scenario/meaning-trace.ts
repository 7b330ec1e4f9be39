/** Columns and rows of a replayed trace that the run will not look at. Odd, never wrong: public traces carry more than we need. */
import type { Table } from "../world/base/table.ts";
import type { Findings } from "./findings.ts";
import type { Parts } from "./parts.ts";
import type { WorkloadSpec } from "./spec.ts";
import { nearest } from "./suggest.ts";
import type { Path } from "./tree.ts";

const SERVICE_COLUMNS = ["arrival_s", "work_s", "class"] as const;
const SERVING_COLUMNS = ["arrival_s", "class", "prompt_tokens", "output_tokens"] as const;
const BATCH_COLUMNS = ["arrival_s", "work_s", "cores", "memory_b", "deadline_s", "priority"] as const;

const COLUMNS = { service: SERVICE_COLUMNS, "model-serving": SERVING_COLUMNS, batch: BATCH_COLUMNS } as const;

export function checkTraceUse(
  workload: WorkloadSpec,
  path: Path,
  { endS, parts }: { endS: number; parts: Parts },
  findings: Findings,
): void {
  const { arrivals } = workload;
  const table = arrivals === undefined ? undefined : parts.traceOf(arrivals);
  if (arrivals === undefined || table === undefined) return;
  const at = [...path, "arrivals"];
  for (const name of [...Object.keys(table.numbers), ...Object.keys(table.texts)]) checkColumn(name, workload, at, findings);
  const late = lateRows(table, endS * (arrivals.scale as number));
  if (late > 0) findings.warn(at, `replay a trace of which ${late} of ${table.rowCount} rows come after the run's end (${endS} s)`);
}

function checkColumn(name: string, workload: WorkloadSpec, path: Path, findings: Findings): void {
  const known: readonly string[] = COLUMNS[workload.kind];
  const size = workload.kind === "model-serving" ? workload.outputTokens : workload.work;
  if (name === size?.column) return;
  if (name === "class" && workload.kind === "service" && workload.classes === undefined) {
    findings.warn(
      path,
      'replay a trace with a column "class", and the service has no classes',
      "Hint: classes: { gold: { share: 0.2 }, ... }.",
    );
  }
  if (known.includes(name)) return;
  const near = nearest(name, known);
  if (near !== undefined)
    findings.warn(
      path,
      `replay a trace with a column ${JSON.stringify(name)}, which nobody reads`,
      `Did you mean ${JSON.stringify(near)}?`,
    );
}

function lateRows({ numbers, rowCount }: Table, endS: number): number {
  const timesS = numbers.arrival_s as Float64Array; // in order
  let row = rowCount;
  while (row > 0 && (timesS[row - 1] as number) >= endS) row--;
  return rowCount - row;
}
