/** Plain comma-separated tables (no quotes) whose faults are named by line. */
import { TableError } from "../base/table.ts";

/** Data rows of one file, header apart. */
export interface Rows {
  readonly file: string;
  readonly header: readonly string[];
  readonly cells: readonly (readonly string[])[];
  /** Line of each row in the file; the header is line 1. */
  readonly lines: readonly number[];
}

/** @throws {TableError} for an empty file, a missing column or a row of the wrong length. */
export function readRows(lines: Iterable<string>, file: string, required: readonly string[]): Rows {
  let header: readonly string[] | undefined;
  const cells: (readonly string[])[] = [];
  const numbers: number[] = [];
  let line = 0;
  for (const text of lines) {
    line++;
    const row = text.trim();
    if (row === "") continue;
    const fields = row.split(",").map((field) => field.trim());
    if (header === undefined) {
      header = fields.map((name) => name.replace("\uFEFF", ""));
      requireColumns(header, { file, line, required });
      continue;
    }
    if (fields.length !== header.length) throw new TableError(file, line, `has ${fields.length} fields, the header has ${header.length}`);
    cells.push(fields);
    numbers.push(line);
  }
  if (header === undefined) throw new TableError(file, 1, "is empty; the first line must name the columns");
  return { file, header, cells, lines: numbers };
}

function requireColumns(
  header: readonly string[],
  at: { readonly file: string; readonly line: number; readonly required: readonly string[] },
): void {
  const missing = at.required.filter((name) => !header.includes(name));
  if (missing.length > 0) throw new TableError(at.file, at.line, `has no column ${missing.join(", ")}; it has ${header.join(", ")}`);
  const twice = header.find((name, i) => header.indexOf(name) !== i);
  if (twice !== undefined) throw new TableError(at.file, at.line, `names the column ${twice} twice`);
}

/** A column as numbers. @throws {TableError} at the first that is not finite or is below `min`. */
export function numberColumn(rows: Rows, name: string, min = Number.NEGATIVE_INFINITY): Float64Array {
  const column = rows.header.indexOf(name);
  return Float64Array.from(rows.cells, (cells, i) => {
    const text = cells[column] as string;
    const value = text === "" ? Number.NaN : Number(text);
    if (!Number.isFinite(value)) throw new TableError(rows.file, rows.lines[i] as number, `${name} must be a number, got "${text}"`);
    if (value < min) throw new TableError(rows.file, rows.lines[i] as number, `${name} must be at least ${min}, got ${text}`);
    return value;
  });
}
