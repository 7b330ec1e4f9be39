/** Power usage effectiveness: what a site draws over what its servers draw. */
import { z } from "zod";
import { TableError, type TableReader } from "../base/table.ts";
import { numberColumn, readRows } from "./csv.ts";
import { columnOf, fileField } from "./file-field.ts";
import { interpolated } from "./interpolated.ts";

/** At least 1; by the site's load share where a table is given. */
export interface Pue {
  /** Set where the value never changes, so that no tick need ask. */
  readonly constant?: number;
  /** @param load watts of the servers over their peak watts, 0..1 */
  at(load: number): number;
}

export const pueSchema = z.union([z.number().min(1), z.strictObject({ kind: z.literal("table"), file: fileField })]);
export type PueSpec = z.output<typeof pueSchema>;

/** Columns `load` (0..1, rising) and `pue` (at least 1). */
export const readPueTable: TableReader = (lines, file) => {
  const rows = readRows(lines, file, ["load", "pue"]);
  const load = numberColumn(rows, "load", 0);
  const pue = numberColumn(rows, "pue", 1);
  if (load.length === 0) throw new TableError(file, 1, "has no rows");
  for (let i = 0; i < load.length; i++) {
    const share = load[i] as number;
    if (share > 1) throw new TableError(file, rows.lines[i] as number, `load must be at most 1, got ${share}`);
    if (i > 0 && share <= (load[i - 1] as number))
      throw new TableError(file, rows.lines[i] as number, `load must rise, got ${share} after ${load[i - 1]}`);
  }
  return { file, rowCount: load.length, numbers: { load, pue }, texts: {} };
};

/** Linear between the table's rows, constant outside them. */
export function makePue(spec: PueSpec): Pue {
  if (typeof spec === "number") return { constant: spec, at: () => spec };
  const load = columnOf(spec.file, "load");
  const pue = columnOf(spec.file, "pue");
  return { at: (share) => interpolated(load, pue, share) };
}
