/** Tables of rows as Parquet files. */
import { parquetWriteBuffer } from "hyparquet-writer";
import type { ColumnTable } from "../experiment/result.ts";

/** Small enough to read one group into memory, large enough to compress well. */
const ROWS_PER_GROUP = 100_000;

/** Doubles stay doubles (NaN included, meaning "did not happen"), text becomes UTF-8. */
export function toParquet(table: ColumnTable, rowsPerGroup = ROWS_PER_GROUP): Uint8Array {
  for (const column of table.columns) {
    if (column.data.length !== table.rowCount) {
      throw new Error(`column "${column.name}" has ${column.data.length} values, the table ${table.rowCount} rows`);
    }
  }
  const buffer = parquetWriteBuffer({
    columnData: table.columns.map((column) =>
      column.type === "double"
        ? { name: column.name, data: column.data, type: "DOUBLE", nullable: false }
        : { name: column.name, data: [...column.data], type: "STRING", nullable: false },
    ),
    rowGroupSize: rowsPerGroup,
    createdBy: "cybertwin",
  });
  return new Uint8Array(buffer);
}
