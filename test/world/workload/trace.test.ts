import { strict as assert } from "node:assert";
import { rootRng } from "../../../src/kernel/index.ts";
import { readPiece } from "../../../src/scenario/stored-bytes.ts";
import type { ReadPiece } from "../../../src/world/base/bytes.ts";
import { TableError } from "../../../src/world/base/table.ts";
import { columnNamesOf, findRow, Replay, readCsv, spreadOf, type Trace } from "../../../src/world/workload/index.ts";
import { CHUNK_BYTES } from "../../../src/world/workload/trace/byte-lines.ts";
import { Names, UNNAMED } from "../../../src/world/workload/trace/names.ts";
import { LOT_ROWS } from "../../../src/world/workload/trace/replay.ts";
import { ARRIVAL_COLUMNS } from "../../../src/world/workload/trace/trace.ts";
import { traceFrom } from "./held-trace.ts";

const rng = rootRng(1).fork("trace test");

/** A number as files write them, in all ways. */
function written(): string {
  const value = rng.uniform() * 1000;
  const ways = [
    String(rng.int(100_000)),
    value.toFixed(rng.int(9)),
    String(value), // 17 digits
    value.toExponential(rng.int(12)),
    `+${value.toFixed(2)}`,
    ` ${value.toFixed(3)} `,
    `"${value.toFixed(1)}"`,
    value.toFixed(1).replace(/^\d+/, ""),
    `${rng.int(10)}.`,
    `0.${"0".repeat(rng.int(30))}${rng.int(1000)}`,
    `${1 + rng.int(9)}${"7".repeat(rng.int(22))}`,
  ];
  return ways[rng.int(ways.length)] as string;
}

/** All rows of a trace, texts spelt out. */
function replayed(trace: Trace): Record<string, readonly (number | string)[]> {
  const replay = new Replay(trace, readPiece);
  const columns = columnNamesOf(trace).map((name) => {
    const texts = trace.texts[name];
    const cellOf = texts === undefined ? replay.numbers(name) : replay.codes(name);
    return { name, texts, cellOf, cells: [] as (number | string)[] };
  });
  while (replay.nextS() < Infinity)
    for (const { texts, cellOf, cells } of columns) {
      const cell = cellOf(replay.row);
      cells.push(texts === undefined ? cell : (texts[cell] as string));
    }
  return Object.fromEntries(columns.map(({ name, cells }) => [name, cells]));
}

describe("a trace", () => {
  it("has the rows that the reader of whole tables makes of the same text, however it is written", () => {
    for (let file = 0; file < 20; file++) {
      const names = Array.from({ length: 3 }, (_, i) => ["gold", 'the "rest"', `name ${i}, ä`][rng.int(3)] as string);
      const quoted = (name: string): string => (/[",]/.test(name) || rng.int(5) === 0 ? `"${name.replaceAll('"', '""')}"` : name);
      let timeS = 0;
      const rows = Array.from({ length: 1 + rng.int(3000) }, (_, row) => {
        timeS += rng.int(3) / 8;
        const note = row === 7 ? "x" : "5"; // no column of numbers any more
        return [timeS, written(), quoted(names[rng.int(3)] as string), written(), note, "text"].join(",");
      });
      const end = ["", "\n", "\r\n\r\n"][file % 3] as string;
      const text = `${file % 2 === 0 ? "\uFEFF" : ""}arrival_s,work_s,class,extra,note,comment${file % 5 === 0 ? "\r\n" : "\n"}${rows.join(file % 5 === 0 ? "\r\n" : "\n")}${end}`;
      const whole = readCsv(text.split("\n"), "a.csv", ARRIVAL_COLUMNS);
      const trace = traceFrom(text);
      assert.equal(trace.rowCount, whole.rowCount);
      assert.deepEqual(replayed(trace), {
        ...Object.fromEntries(Object.entries(whole.numbers).map(([name, values]) => [name, [...values]])),
        ...whole.texts,
      });
    }
  });

  it("has no part of a line break in its texts", () => {
    const text = "arrival_s,class\r\n1,a\r\n2,b\n3,a\r\n4,a\rb\r\n5,a\r";
    assert.deepEqual(replayed(traceFrom(text)).class, ["a", "b", "a", "a\rb", "a"]);
    assert.deepEqual(readCsv(text.split("\n"), "a.csv", ARRIVAL_COLUMNS).texts.class, ["a", "b", "a", "a\rb", "a"]);
  });

  it("is refused where the reader of whole tables refuses, with the same line and words", () => {
    const texts = [
      "",
      "arrival_s\n",
      "work_s\n1",
      "arrival_s,arrival_s\n1,1",
      "arrival_s,work_s\n1,2\n2",
      "arrival_s,work_s\n1,2\n2,3,4",
      "arrival_s\n1\n\n2\n3",
      "arrival_s\n1\n2\n1.5",
      "arrival_s\n-1",
      "arrival_s,work_s\n1,0.5\n2,ten",
      "arrival_s,work_s\n1,0.5\n2,-1",
      "arrival_s,work_s\n1,0x10",
      "arrival_s,work_s\n1,.",
      "arrival_s,work_s\n1,1.2.3",
      'arrival_s,class\n1,"a',
      "arrival_s,cores\n1,4\n2,0",
      "arrival_s,priority\n0,normal\n1,high",
    ];
    const refusal = (read: () => unknown): string => {
      try {
        read();
      } catch (error) {
        if (error instanceof TableError) return `${error.file}:${error.line}: ${error.message}`;
        throw error;
      }
      throw new Error("was accepted");
    };
    for (const text of texts) {
      const expected = refusal(() => readCsv(text === "" ? [] : text.split("\n"), "a.csv", ARRIVAL_COLUMNS));
      assert.equal(
        refusal(() => traceFrom(text)),
        expected,
      );
    }
    const endless = "1".repeat(17_000_000);
    assert.equal(
      refusal(() => traceFrom(`arrival_s\n${endless}`)),
      "a.csv:2: is longer than any line of a table",
    );
  });

  it("tells what its rows have in common, by class", () => {
    const trace = traceFrom("arrival_s,class,output_tokens\n0,b,5\n1,a,7\n1,b,2\n4,b,9");
    assert.deepEqual(trace.texts, { class: ["b", "a"] });
    assert.deepEqual(columnNamesOf(trace), ["arrival_s", "output_tokens", "class"]);
    assert.deepEqual(spreadOf(trace, "output_tokens"), { count: 4, sum: 23, least: 2, greatest: 9 });
    assert.deepEqual(spreadOf(trace, "output_tokens", "b"), { count: 3, sum: 16, least: 2, greatest: 9 });
    assert.equal(spreadOf(trace, "output_tokens", "c")?.count, 0);
    assert.equal(spreadOf(trace, "work_s"), undefined);
  });

  it("is replayed through a window: nothing is read that is not about to be needed", () => {
    const lines = Array.from({ length: 50_000 }, (_, row) => `${row},${row % 7},name-${row % 3}`);
    const trace = traceFrom(`arrival_s,work_s,class\n${lines.join("\n")}\n`);
    let bytesRead = 0;
    const counting: ReadPiece = (from, position, into) => {
      assert.ok(into.length <= CHUNK_BYTES);
      assert.equal(position, bytesRead, "in order, and each byte once");
      const count = readPiece(from, position, into);
      bytesRead += count;
      return count;
    };
    const replay = new Replay(trace, counting);
    const workOf = replay.numbers("work_s");
    const codeOf = replay.codes("class");
    let needed = 0;
    for (let row = 0; replay.nextS() < Infinity; row++) {
      needed += (lines[row] as string).length + 1;
      assert.ok(bytesRead <= needed + CHUNK_BYTES + LOT_ROWS * 32, `${bytesRead} bytes at row ${row}`);
      const before = Math.max(0, row - 1);
      assert.deepEqual([workOf(row), codeOf(row), workOf(before)], [row % 7, row % 3, before % 7]);
    }
    assert.equal(replay.row, 49_999);
  });

  it("is replayed by many at once, each from its first row", () => {
    const trace = traceFrom(`arrival_s\n${Array.from({ length: 5000 }, (_, row) => row).join("\n")}`);
    const [fast, slow] = [new Replay(trace, readPiece), new Replay(trace, readPiece, 4)];
    assert.equal(
      findRow(fast, (row) => row === 3000),
      3000,
    );
    assert.deepEqual([slow.nextS(), slow.nextS()], [0, 0.25]);
    assert.equal(fast.nextS(), 3001);
    assert.throws(() => slow.numbers("arrival_s"), /asked for after rows/);
    assert.throws(() => new Replay(trace, readPiece).numbers("work_s"), /has no column of numbers "work_s"; it has "arrival_s"/);
  });

  it("crosses threads", () => {
    const trace = structuredClone(traceFrom("arrival_s,class\n1,a\n2,b"));
    assert.deepEqual(replayed(trace), { arrival_s: [1, 2], class: ["a", "b"] });
  });
});

describe("numbers of a trace", () => {
  it("are the nearest floats to their digits, as Number reads them", () => {
    const texts = Array.from({ length: 200_000 }, () => {
      const digits = Array.from({ length: 1 + rng.int(23) }, () => rng.int(10)).join("");
      const point = rng.int(digits.length + 1);
      return rng.int(4) === 0 ? String(rng.uniform() * 1e5) : `${digits.slice(0, point)}.${digits.slice(point)}`;
    });
    // In the middle of two floats, or as near to it as 22 decimals come.
    texts.push("9007199254740993", "9007199254740993.0000001", "4503599627370496.5", "4503599627370497.5", "0.5000000000000000555112");
    const trace = traceFrom(`arrival_s,work_s\n${texts.map((text) => `0,${text}`).join("\n")}`);
    const cells = replayed(trace).work_s as readonly number[];
    for (const [i, text] of texts.entries()) assert.equal(cells[i], Number(text), text);
  });
});

describe("names of a trace", () => {
  it("have codes in order of appearance, whatever their hash", () => {
    const names = new Names();
    const bytes = (name: string): Uint8Array => new TextEncoder().encode(name);
    for (const round of [0, 1])
      for (let i = 0; i < 2000; i++) {
        const name = bytes(`x${i}`);
        assert.equal(names.codeOfBytes(name, 0, name.length), i, `round ${round}`);
      }
    assert.equal(names.all[1999], "x1999");
  });

  it("are kept up to a number: a column of texts that all differ does not fill the memory", () => {
    const names = new Names(Array.from({ length: 65_536 }, (_, i) => `${i}`));
    assert.deepEqual([names.codeOf("65535"), names.codeOf("65536"), names.all.length], [65_535, UNNAMED, 65_536]);
  });
});
