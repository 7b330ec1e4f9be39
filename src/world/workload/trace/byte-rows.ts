/**
 * Rows of a CSV file from its bytes, each row in place of the one before it. Lines of plain digits and unquoted texts, which is nearly
 * all there is, are read without making a string; any other goes the way of `readCsv`. Both give the same values. Hot: bench/serving.ts.
 */
import type { FileBytes, ReadPiece } from "../../base/bytes.ts";
import { type ColumnSpec, CsvLines, noNumber, numberOf } from "../csv.ts";
import { ByteLines, CARRIAGE_RETURN, LINE_FEED } from "./byte-lines.ts";
import { POWERS, quotient } from "./decimal.ts";
import { Names } from "./names.ts";

const KIND = { skipped: 0, number: 1, text: 2 } as const;

const COMMA = 44;
const POINT = 46;
const ZERO = 48;
const QUOTE = 34;
/** Below this a whole number takes one more digit and is still exact; then its quotient by an exact power is the nearest float. */
const ONE_MORE_MAX = 9e14;
/** Digits after those that are taken in without an error: with them come all that a float's shortest text has. */
const REST_MAX = 7;

export interface RowOptions {
  readonly file: string;
  readonly specs: readonly ColumnSpec[];
  /** Reads these columns alone; without it, every column that has a spec or holds numbers. */
  readonly only?: readonly string[];
  /** Texts of columns, by their names, that have codes already. */
  readonly known?: Readonly<Record<string, readonly string[]>>;
}

export class ByteRows {
  /** By column, of the current row: numbers, and codes of texts. */
  values = new Float64Array(0);
  readonly #lines: ByteLines;
  readonly #table: CsvLines;
  readonly #options: RowOptions;
  /** By column: one of KIND. */
  #kinds: Uint8Array | undefined;
  #names: readonly (Names | undefined)[] = [];

  constructor(source: FileBytes, read: ReadPiece, options: RowOptions) {
    this.#lines = new ByteLines(source, read, options.file);
    this.#table = new CsvLines(options.file, options.specs);
    this.#options = options;
  }

  get header(): readonly string[] {
    return this.#table.header;
  }

  /** Of a column: texts in order of appearance, the code of each its place; undefined for numbers. */
  textsOf(column: number): readonly string[] | undefined {
    return this.#names[column]?.all;
  }

  /** Was every cell of it a number, so far? */
  isNumber(column: number): boolean {
    return this.#kinds?.[column] === KIND.number;
  }

  /** Goes to the next row; false at the end. @throws {TableError} naming the first bad line, but for bounds and order of values */
  next(): boolean {
    for (;;) {
      if (this.#kinds !== undefined && this.#readPlain(this.#kinds)) {
        this.#table.pass();
        return true;
      }
      const line = this.#lines.take();
      if (line === undefined) break;
      const cells = this.#table.take(line);
      if (cells === undefined) continue;
      this.#kinds ??= this.#begin(cells);
      this.#readCells(cells, this.#kinds);
      return true;
    }
    return this.#kinds === undefined ? this.#table.failEmpty() : false;
  }

  fail(column: number, problem: string): never {
    return this.#table.failCell(column, problem);
  }

  /** Kinds of the columns: those that nobody names hold numbers if their first cell is one. */
  #begin(cells: readonly string[]): Uint8Array {
    const { specs, only, known = {} } = this.#options;
    const kindOf = (name: string, column: number): number => {
      if (only !== undefined && !only.includes(name)) return KIND.skipped;
      const spec = specs.find((candidate) => candidate.name === name);
      if (spec === undefined) return Number.isNaN(numberOf(cells[column] as string)) ? KIND.skipped : KIND.number;
      return spec.type === "text" ? KIND.text : KIND.number;
    };
    const kinds = Uint8Array.from(this.header, kindOf);
    this.#names = this.header.map((name, column) => (kinds[column] === KIND.text ? new Names(known[name]) : undefined));
    this.values = new Float64Array(kinds.length);
    return kinds;
  }

  #readCells(cells: readonly string[], kinds: Uint8Array): void {
    for (const [column, cell] of cells.entries()) {
      if (kinds[column] === KIND.text) this.values[column] = (this.#names[column] as Names).codeOf(cell);
      if (kinds[column] !== KIND.number) continue;
      const value = numberOf(cell);
      if (Number.isNaN(value)) this.#noNumber(column, cell, kinds);
      this.values[column] = value;
    }
  }

  #noNumber(column: number, cell: string, kinds: Uint8Array): void {
    if (this.#options.specs.some(({ name }) => name === this.header[column])) this.fail(column, noNumber(cell));
    kinds[column] = KIND.skipped; // nobody named it
  }

  /** Reads the next line. False, and nothing is read, where anything is out of the ordinary: quotes, blanks, signs, exponents, more
   * digits than are exact, a cell too many, an end of the buffer. */
  #readPlain(kinds: Uint8Array): boolean {
    const { bytes, ahead, end } = this.#lines;
    let at = ahead;
    for (let column = 0; column < kinds.length; column++) {
      if (column > 0 && (at >= end || bytes[at++] !== COMMA)) return false;
      const from = at;
      if (kinds[column] === KIND.number) {
        at = this.#readNumber(bytes, from, end, column);
        if (at < 0) return false;
        continue;
      }
      at = textEnd(bytes, from, end);
      if (bytes[at] === QUOTE) return false;
      if (kinds[column] === KIND.text) this.values[column] = (this.#names[column] as Names).codeOfBytes(bytes, from, at);
    }
    if (at < end && bytes[at] === CARRIAGE_RETURN) at++;
    if (at >= end || bytes[at] !== LINE_FEED) return false;
    this.#lines.pass(at + 1);
    return true;
  }

  /** Where digits with at most one point end; -1 where there are none, or too many. */
  #readNumber(bytes: Uint8Array, from: number, end: number, column: number): number {
    let first = 0;
    let rest = 0;
    let restCount = 0;
    let point = -1;
    let at = from;
    for (; at < end; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit >= 0 && digit <= 9) {
        if (first < ONE_MORE_MAX) first = first * 10 + digit;
        else {
          rest = rest * 10 + digit;
          restCount++;
        }
      } else if (digit === POINT - ZERO && point < 0) point = at;
      else break;
    }
    const decimals = point < 0 ? 0 : at - point - 1;
    if (decimals >= POWERS.length || restCount > REST_MAX || at === from + (point < 0 ? 0 : 1)) return -1;
    const value = restCount === 0 ? first / (POWERS[decimals] as number) : quotient(first, rest, restCount, decimals);
    this.values[column] = value;
    return Number.isNaN(value) ? -1 : at;
  }
}

/** Where a text ends: at a comma, an end of a line, or a quote. */
function textEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === COMMA || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === QUOTE) break;
  }
  return at;
}
