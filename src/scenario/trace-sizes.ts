/** Sizes that a trace says in a column. */
import type { Table } from "../world/base/table.ts";
import { column } from "../world/workload/index.ts";
import type { PluginSpec } from "./parts.ts";

/** Work of each row of a trace, seconds; undefined where a law says it. */
export function traceWorkS(table: Table, work: PluginSpec | undefined): Float64Array | undefined {
  return traceSizes(table, work, "work_s");
}

/** A size of each row of a trace, from `otherwise` where the workload names no column; undefined where a law says it. */
export function traceSizes(table: Table, work: PluginSpec | undefined, otherwise: string): Float64Array | undefined {
  if (work === undefined) return column(table, otherwise);
  if (work.kind !== "trace") return undefined;
  const scale = work.scale as number;
  return column(table, work.column as string).map((value) => value * scale);
}
