import { strict as assert } from "node:assert";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import type { ColumnTable } from "../../src/experiment/result.ts";
import { toParquet } from "../../src/report/to-parquet.ts";

function table(rowCount: number): ColumnTable {
  return {
    rowCount,
    columns: [
      { name: "arrival_s", type: "double", data: Float64Array.from({ length: rowCount }, (_, i) => i / 3) },
      { name: "finish_s", type: "double", data: Float64Array.from({ length: rowCount }, (_, i) => (i === 1 ? Number.NaN : i + 0.1)) },
      { name: "outcome", type: "text", data: Array.from({ length: rowCount }, (_, i) => (i % 2 === 0 ? "finished" : 'größer "than", 漢')) },
    ],
  };
}

const bufferOf = (bytes: Uint8Array) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;

describe("Parquet files", () => {
  it("give back every bit, NaN and foreign letters included", async () => {
    const rows = await parquetReadObjects({ file: bufferOf(toParquet(table(3))) });
    assert.deepEqual(rows, [
      { arrival_s: 0, finish_s: 0.1, outcome: "finished" },
      { arrival_s: 1 / 3, finish_s: Number.NaN, outcome: 'größer "than", 漢' },
      { arrival_s: 2 / 3, finish_s: 2.1, outcome: "finished" },
    ]);
  });

  it("are cut into row groups", () => {
    // 2500 rows in groups of 1000: 1000 + 1000 + 500.
    const metadata = parquetMetadata(bufferOf(toParquet(table(2500), 1000)));
    assert.deepEqual(
      metadata.row_groups.map((group) => Number(group.num_rows)),
      [1000, 1000, 500],
    );
    assert.equal(metadata.created_by, "cybertwin");
  });

  it("may be empty", async () => {
    assert.deepEqual(await parquetReadObjects({ file: bufferOf(toParquet(table(0))) }), []);
  });

  it("refuse columns of different lengths", () => {
    const [arrival] = table(3).columns;
    assert(arrival);
    assert.throws(() => toParquet({ rowCount: 4, columns: [arrival] }), /column "arrival_s" has 3 values, the table 4 rows/);
  });
});
