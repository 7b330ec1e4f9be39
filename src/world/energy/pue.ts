/** Power usage effectiveness: what a site draws over what its servers draw. */
import { z } from "zod";
import type { TableReader } from "../base/table.ts";
import { readCsv } from "../workload/csv.ts";
import { fileField, tableOf } from "../workload/file-field.ts";
import { column } from "../workload/tables.ts";
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
export const readPueTable: TableReader = (lines, file) =>
  readCsv(lines, file, [
    { name: "load", min: 0, max: 1, order: "strict" },
    { name: "pue", min: 1 },
  ]);

/** Linear between the table's rows, constant outside them. */
export function makePue(spec: PueSpec): Pue {
  if (typeof spec === "number") return { constant: spec, at: () => spec };
  const table = tableOf(spec.file);
  const load = column(table, "load");
  const pue = column(table, "pue");
  return { at: (share) => interpolated(load, pue, share) };
}
