/** A long table as a file in pieces, by the ending of the file's name. Holds one piece at a time. */
import { gzipSync } from "node:zlib";
import type { ColumnTable } from "../experiment/result.ts";
import { csvCell } from "./csv-cell.ts";
import { toParquetPieces } from "./to-parquet.ts";

type Encode = (tables: AsyncIterable<ColumnTable>) => AsyncIterable<string | Uint8Array>;

const ENCODERS: Readonly<Record<string, Encode>> = { ".csv": toCsvPieces, ".csv.gz": toGzipPieces, ".parquet": toParquetPieces };

export const TABLE_ENDINGS: readonly string[] = Object.keys(ENCODERS);

/** Undefined for an ending that is none of them. The tables are slices of one: the same columns, at least one row. */
export function encoderFor(file: string): Encode | undefined {
  const ending = TABLE_ENDINGS.find((candidate) => file.endsWith(candidate));
  return ending === undefined ? undefined : ENCODERS[ending];
}

async function* toCsvPieces(tables: AsyncIterable<ColumnTable>): AsyncGenerator<string> {
  let isFirst = true;
  for await (const { columns, rowCount } of tables) {
    const lines = isFirst ? [columns.map(({ name }) => csvCell(name)).join(",")] : [];
    isFirst = false;
    for (let row = 0; row < rowCount; row++) lines.push(columns.map(({ data }) => csvCell(data[row] as number | string)).join(","));
    yield `${lines.join("\n")}\n`;
  }
}

/** Each piece is a member of its own: together they are one gzip file. @see RFC 1952, 2.2 */
async function* toGzipPieces(tables: AsyncIterable<ColumnTable>): AsyncGenerator<Uint8Array> {
  for await (const piece of toCsvPieces(tables)) yield gzipSync(piece);
}
