import { strict as assert } from "node:assert";
import { TableError } from "../../../src/world/base/table.ts";
import { splitCells } from "../../../src/world/workload/csv.ts";
import { column, profileTable, quantileTable, readCsv } from "../../../src/world/workload/index.ts";

const lines = (text: string): string[] => text.split("\n");

function refuses(read: () => unknown, line: number, message: RegExp): void {
  assert.throws(read, (error: unknown) => {
    assert.ok(error instanceof TableError, String(error));
    assert.equal(error.line, line, error.message);
    assert.match(error.message, message);
    return true;
  });
}

describe("readCsv", () => {
  const read = (text: string) =>
    readCsv(lines(text), "t.csv", [
      { name: "t", min: 0, order: "rising" },
      { name: "word", type: "text", optional: true },
    ]);

  it("reads numbers and text, CRLF, a byte-order mark, quotes and a last line break", () => {
    const table = read('\uFEFFt,word,extra,note\r\n0,a,1e-3,x\r\n2.5,"b, ""c""",-4,y\r\n\r\n');
    assert.deepEqual([...(table.numbers.t as Float64Array)], [0, 2.5]);
    assert.deepEqual(table.texts.word, ["a", 'b, "c"']);
    assert.deepEqual([...(table.numbers.extra as Float64Array)], [0.001, -4]); // not in the spec, but numbers
    assert.equal(table.texts.note, undefined); // not in the spec, and text
    assert.deepEqual([table.rowCount, table.file], [2, "t.csv"]);
  });

  it("grows past its first thousand rows", () => {
    const table = read(`t\n${Array.from({ length: 5000 }, (_, i) => i).join("\n")}`);
    assert.equal(table.rowCount, 5000);
    assert.ok((table.numbers.t as Float64Array).every((value, i) => value === i));
  });

  it("leaves out a column that nobody names once a cell of it is no number", () => {
    const table = readCsv(["t,whole,broken", "1,5,6", "2,7,"], "t.csv", [{ name: "t" }]);
    assert.deepEqual(Object.keys(table.numbers), ["t", "whole"]);
  });

  it("names the line of every fault", () => {
    refuses(() => read("x\n1"), 1, /lacks column "t"; it has "x"/);
    refuses(() => read("t,t\n1,1"), 1, /names column "t" twice/);
    refuses(() => read("t,word\n1,a\n2"), 3, /has 1 cells, the header has 2/);
    refuses(() => read("t\n1\nabc"), 3, /column "t" must be a number, got "abc"/);
    refuses(() => read("t\n1\n2\n1.5"), 4, /must not fall: 1.5 after 2/);
    refuses(() => read("t\n-1"), 2, /at least 0, got -1/);
    refuses(() => read("t\n1\n\n2"), 3, /is blank/);
    refuses(() => read('t,word\n1,"a'), 2, /quote/);
    refuses(() => read("t"), 1, /no rows/);
    refuses(() => read(""), 1, /empty/);
    refuses(() => read("\nt\n1"), 1, /is blank/);
    refuses(() => readCsv([], "t.csv", []), 1, /empty/);
  });

  it("takes no number that only JavaScript would", () => {
    for (const cell of ["NaN", "Infinity", "0x10", "1e999", "1_000", "--1", "1 2", "5 ms"])
      refuses(() => read(`t,word\n${cell},a`), 2, /must be a number/);
    assert.deepEqual([...(read("t\n .5\n+1.\n2E1").numbers.t as Float64Array)], [0.5, 1, 20]);
  });

  it("splits quoted cells", () => {
    assert.deepEqual(splitCells('"a",,"",b'), ["a", "", "", "b"]);
    assert.deepEqual(splitCells('a,"b"'), ["a", "b"]);
    assert.deepEqual(splitCells('"x",'), ["x", ""]);
    assert.equal(splitCells('"a"b,c'), undefined);
    assert.equal(splitCells('"a""'), undefined);
  });
});

describe("workload tables", () => {
  it("quantiles run from 0 to 1, their values never fall", () => {
    const read = (text: string) => quantileTable(lines(text), "q.csv");
    assert.equal(read("quantile,value\n0,0\n0.5,1\n1,9").rowCount, 3);
    refuses(() => read("quantile,value\n0.1,0\n1,9"), 2, /first quantile/);
    refuses(() => read("quantile,value\n0,0\n0.9,9"), 3, /last quantile/);
    refuses(() => read("quantile,value\n0,0\n0,1\n1,9"), 3, /must rise/);
    refuses(() => read("quantile,value\n0,3\n1,2"), 3, /must not fall/);
    refuses(() => read("quantile,value\n0,0\n1,0"), 3, /every value is 0/);
  });

  it("profiles take hours or seconds", () => {
    const read = (text: string) => profileTable(lines(text), "p.csv");
    assert.deepEqual([...column(read("hour,factor\n0,1\n2,3"), "time_s")], [0, 7200]);
    assert.deepEqual([...column(read("time_s,factor\n0,1\n2,3"), "time_s")], [0, 2]);
    refuses(() => read("factor\n1\n2"), 1, /either column "hour" or column "time_s"/);
    refuses(() => read("hour,time_s,factor\n0,0,1\n1,3600,1"), 1, /either/);
    refuses(() => read("hour,factor\n1,1\n2,1"), 2, /time 0/);
    refuses(() => read("hour,factor\n0,1"), 2, /two rows/);
    refuses(() => read("hour,factor\n0,0\n1,0"), 3, /every factor is 0/);
  });
});
