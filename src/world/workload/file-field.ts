/** A field that names a table file: a path when parsed, a table once the loader has read it. */
import { type ZodType, z } from "zod";
import type { Table } from "../base/table.ts";

export type FileField = string | Table;

export const fileField: ZodType<FileField> = z.string().min(1);

/** The table of a loaded field. @throws {Error} if the loader has not been there: our bug. */
export function tableOf(field: FileField): Table {
  if (typeof field === "string") throw new Error(`${field} was not loaded`);
  return field;
}
