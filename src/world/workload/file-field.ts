/** A field that names a table file: a path when parsed, a table once the loader has read it. */
import { type ZodType, z } from "zod";
import type { AnyPlugin } from "../base/plugin.ts";
import type { Table, TableReader } from "../base/table.ts";

export type FileField = string | Table;

/** Reads the file of one field. `at` is the field's place inside the spec, such as ["profile", "file"]. */
export type LoadTable = (path: string, reader: TableReader, at: readonly string[]) => Table;

export const fileField: ZodType<FileField> = z.string().min(1);

/** The table of a loaded field. @throws {Error} if the loader has not been there: our bug. */
export function tableOf(field: FileField): Table {
  if (typeof field === "string") throw new Error(`${field} was not loaded`);
  return field;
}

/** `spec` with a table in place of each path among the files of `plugin`. */
export function withTables<Spec extends object>(plugin: AnyPlugin, spec: Spec, load: LoadTable, at: readonly string[] = []): Spec {
  const loaded = { ...spec } as Record<string, unknown>;
  for (const [field, reader] of Object.entries(plugin.files ?? {})) {
    const path = loaded[field];
    if (typeof path === "string") loaded[field] = load(path, reader, [...at, field]);
  }
  return loaded as Spec;
}
