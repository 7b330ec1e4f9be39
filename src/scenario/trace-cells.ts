/** Sizes that a trace says in a column. */
import type { CellOf, Replay } from "../world/workload/index.ts";
import type { PluginSpec } from "./parts.ts";

/** A size of each row of a trace, from `otherwise` where the workload names no column; undefined where a law says it. */
export function cellsOf(replay: Replay, size: PluginSpec | undefined, otherwise: string): CellOf | undefined {
  if (size === undefined) return replay.numbers(otherwise);
  if (size.kind !== "trace") return undefined;
  const scale = size.scale as number;
  const cellOf = replay.numbers(size.column as string);
  return (row) => cellOf(row) * scale;
}
