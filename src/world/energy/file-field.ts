/** A field that names a table's file. */
import { type ZodType, z } from "zod";
import type { Table } from "../base/table.ts";

/**
 * Text in YAML and in the JSON Schema, a `Table` when a plugin creates something: the loader reads the file between the two,
 * by the reader that the plugin's `files` names.
 */
export const fileField = z.string().min(1) as unknown as ZodType<Table>;

/** A column that the table's reader has put there. @throws {Error} if it has not: a bug. */
export function columnOf(table: Table, name: string): Float64Array {
  const column = table.numbers[name];
  if (column === undefined) throw new Error(`${table.file} was read without its column ${name}`);
  return column;
}
