/** Tables of rows as Parquet files. */
import { ByteWriter, ParquetWriter, parquetWriteBuffer, schemaFromColumnData } from "hyparquet-writer";
import type { ColumnTable } from "../experiment/result.ts";

/** Small enough to read one group into memory, large enough to compress well. */
const ROWS_PER_GROUP = 100_000;
const CREATED_BY = "cybertwin";

/** Doubles stay doubles (NaN included, meaning "did not happen"), text becomes UTF-8. */
export function toParquet(table: ColumnTable, rowsPerGroup = ROWS_PER_GROUP): Uint8Array {
  const buffer = parquetWriteBuffer({ columnData: columnData(table), rowGroupSize: rowsPerGroup, createdBy: CREATED_BY });
  return new Uint8Array(buffer);
}

/** One file of many tables with the same columns, a row group each, in pieces: holds one of them at a time. */
export async function* toParquetPieces(tables: AsyncIterable<ColumnTable>): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter();
  const taken = (): Uint8Array => {
    const piece = bytes.getBytes().slice();
    bytes.index = 0; // offsets in the file count on
    return piece;
  };
  let writer: ParquetWriter | undefined;
  for await (const table of tables) {
    const columns = columnData(table);
    writer ??= new ParquetWriter({ writer: bytes, schema: schemaFromColumnData({ columnData: columns }), createdBy: CREATED_BY });
    writer.write({ columnData: columns, rowGroupSize: table.rowCount });
    yield taken();
  }
  if (writer === undefined) throw new Error("no table to write");
  writer.finish();
  yield taken();
}

function columnData(table: ColumnTable) {
  return table.columns.map(({ name, type, data }) => {
    if (data.length !== table.rowCount) throw new Error(`column "${name}" has ${data.length} values, the table ${table.rowCount} rows`);
    return type === "double"
      ? { name, data, type: "DOUBLE" as const, nullable: false }
      : { name, data: [...data], type: "STRING" as const, nullable: false };
  });
}
