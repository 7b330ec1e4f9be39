/**
 * Rows of a CSV file from its bytes, each row in place of the one before it. Lines of plain digits and unquoted texts, which is nearly
 * all there is, are read without making a string; any other goes the way of `readCsv`. Both give the same values. Hot: bench/serving.ts.
 */
import type { FileBytes, ReadPiece } from "../../base/bytes.ts";
import { type ColumnSpec, CsvLines, noNumber, numberOf } from "../csv.ts";
import { ByteLines } from "./byte-lines.ts";
import { Names } from "./names.ts";

const KIND = { skipped: 0, number: 1, text: 2 } as const;

const COMMA = 44;
const POINT = 46;
const ZERO = 48;
const QUOTE = 34;
/** Digits without the point are a whole number; up to here it is exact, and so are the powers: their quotient is the nearest float. */
const EXACT_MAX = Number.MAX_SAFE_INTEGER;
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

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
    while (this.#lines.next()) {
      if (this.#kinds !== undefined && this.#readPlain(this.#kinds)) {
        this.#table.pass();
        return true;
      }
      const cells = this.#table.take(this.#lines.text());
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

  /** False for a line that is out of the ordinary in any way: quotes, blanks, signs, exponents, more digits than are exact, a cell too many. */
  #readPlain(kinds: Uint8Array): boolean {
    const { bytes, to } = this.#lines;
    let at = this.#lines.from;
    for (let column = 0; column < kinds.length; column++) {
      if (column > 0 && (at >= to || bytes[at++] !== COMMA)) return false;
      const from = at;
      if (kinds[column] === KIND.number) {
        at = this.#readNumber(bytes, from, to, column);
        if (at < 0) return false;
        continue;
      }
      for (; at < to && bytes[at] !== COMMA; at++) if (bytes[at] === QUOTE) return false;
      if (kinds[column] === KIND.text) this.values[column] = (this.#names[column] as Names).codeOfBytes(bytes, from, at);
    }
    return at === to;
  }

  /** Where digits with at most one point end; -1 where there are none, or too many. */
  #readNumber(bytes: Uint8Array, from: number, to: number, column: number): number {
    let value = 0;
    let point = -1;
    let at = from;
    for (; at < to; at++) {
      const byte = bytes[at] as number;
      if (byte >= ZERO && byte <= ZERO + 9) value = value * 10 + (byte - ZERO);
      else if (byte === POINT && point < 0) point = at;
      else break;
    }
    const decimals = point < 0 ? 0 : at - point - 1;
    if (value > EXACT_MAX || decimals >= POWERS.length || at === from + (point < 0 ? 0 : 1)) return -1;
    this.values[column] = decimals === 0 ? value : value / (POWERS[decimals] as number);
    return at;
  }
}
