/** Columns and rows of a replayed trace that the run will not look at. Odd, never wrong: public traces carry more than we need. */
import { columnNamesOf } from "../world/workload/index.ts";
import type { Findings } from "./findings.ts";
import type { Parts } from "./parts.ts";
import type { WorkloadSpec } from "./spec.ts";
import { nearest } from "./suggest.ts";
import { countRowsFrom } from "./trace-rows.ts";
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
  const trace = arrivals === undefined ? undefined : parts.traceOf(arrivals);
  if (arrivals === undefined || trace === undefined) return;
  const at = [...path, "arrivals"];
  for (const name of columnNamesOf(trace)) checkColumn(name, workload, at, findings);
  const late = countRowsFrom(trace, endS * (arrivals.scale as number));
  if (late > 0) findings.warn(at, `replay a trace of which ${late} of ${trace.rowCount} rows come after the run's end (${endS} s)`);
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
