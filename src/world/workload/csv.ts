/** Strict CSV to columns: every bad cell is named by its line. Fed lines, so a file of any size streams through. */
import { type Table, TableError } from "../base/table.ts";

export interface ColumnSpec {
  readonly name: string;
  /** Text is kept as it stands; with `oneOf`, only these. Default: numbers. */
  readonly type?: "number" | "text";
  readonly oneOf?: readonly string[];
  /** May be absent from the header. Where it is present, every cell must be filled. */
  readonly optional?: boolean;
  /** Bounds of a number column; `above` excludes the bound itself. */
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
  /** Each row at least as large as ("rising"), or larger than ("strict"), the one before. */
  readonly order?: "rising" | "strict";
}

/**
 * Reads a table: header first, comma-separated, cells quoted or not; LF or CRLF; blank lines only at the end.
 * Columns that no spec names are kept if all their cells are numbers; else they are left out.
 * @throws {TableError} naming the first bad line.
 */
export function readCsv(lines: Iterable<string>, file: string, specs: readonly ColumnSpec[]): Table {
  const table = new CsvLines(file, specs);
  let columns: Column[] | undefined;
  for (const line of lines) {
    const cells = table.take(line);
    if (cells === undefined) continue;
    columns ??= table.header.map((name, i) => columnFor(name, cells[i] as string, specs));
    for (let i = 0; i < cells.length; i++) {
      const problem = (columns[i] as Column).push(cells[i] as string);
      if (problem !== undefined) table.failCell(i, problem);
    }
  }
  return columns === undefined ? table.failEmpty() : tableFrom(file, table.header, columns);
}

/** What every line of a table must be, whoever reads its cells. */
export class CsvLines {
  /** Names of the columns, once the first line was taken. */
  header: readonly string[] = [];
  readonly #file: string;
  readonly #specs: readonly ColumnSpec[];
  /** Counted from 1, of the line that was taken last. */
  #line = 0;
  #blankLine = 0;

  constructor(file: string, specs: readonly ColumnSpec[]) {
    this.#file = file;
    this.#specs = specs;
  }

  /** The cells of a row; undefined for the header and for a blank line. @throws {TableError} */
  take(raw: string): readonly string[] | undefined {
    this.#line++;
    const text = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (text.trim() === "") {
      this.#blankLine ||= this.#line;
      return undefined;
    }
    this.#failAfterBlank();
    const cells = splitCells(text) ?? this.#fail("has a quote that does not close");
    if (this.#line === 1) {
      this.header = headerOf(cells, this.#specs, (line, message) => this.#fail(message, line));
      return undefined;
    }
    if (cells.length !== this.header.length) this.#fail(`has ${cells.length} cells, the header has ${this.header.length}`);
    return cells;
  }

  /** Takes a row that somebody else found to have as many cells as the header. @throws {TableError} after a blank line */
  pass(): void {
    this.#line++;
    this.#failAfterBlank();
  }

  failCell(column: number, problem: string): never {
    return this.#fail(`column "${this.header[column]}" ${problem}`);
  }

  /** Of a file without rows. */
  failEmpty(): never {
    return this.#fail(this.header.length === 0 ? "is empty" : "has a header but no rows", 1);
  }

  #failAfterBlank(): void {
    if (this.#blankLine > 0) this.#fail("is blank, but rows follow", this.#blankLine);
  }

  #fail(message: string, line = this.#line): never {
    throw new TableError(this.#file, line, message);
  }
}

export function headerOf(
  cells: readonly string[],
  specs: readonly ColumnSpec[],
  fail: (line: number, message: string) => never,
): readonly string[] {
  const names = cells.map((cell, i) => (i === 0 ? cell.replace(/^\uFEFF/, "") : cell).trim());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) fail(1, `names column "${twice}" twice`);
  const missing = specs.filter((spec) => spec.optional !== true && !names.includes(spec.name)).map((spec) => `"${spec.name}"`);
  if (missing.length > 0) fail(1, `lacks column ${missing.join(", ")}; it has ${names.map((name) => `"${name}"`).join(", ")}`);
  return names;
}

/** The cells of a line, or undefined if a quote stays open. A doubled quote inside quotes is one quote. */
export function splitCells(line: string): string[] | undefined {
  if (!line.includes('"')) return line.split(",");
  const cells: string[] = [];
  let at = 0;
  while (at <= line.length) {
    let end = line.indexOf(",", at);
    if (line[at] === '"') {
      let close = line.indexOf('"', at + 1);
      while (close >= 0 && line[close + 1] === '"') close = line.indexOf('"', close + 2);
      if (close < 0 || (close + 1 < line.length && line[close + 1] !== ",")) return undefined;
      cells.push(line.slice(at + 1, close).replaceAll('""', '"'));
      end = close + 1;
    } else {
      if (end < 0) end = line.length;
      cells.push(line.slice(at, end));
    }
    at = end + 1;
  }
  return cells;
}

interface Column {
  readonly numbers?: (() => Float64Array) | undefined;
  readonly texts?: () => readonly string[];
  /** Takes a cell, or says what is wrong with it. */
  push(cell: string): string | undefined;
}

function columnFor(name: string, firstCell: string, specs: readonly ColumnSpec[]): Column {
  const spec = specs.find((candidate) => candidate.name === name);
  if (spec === undefined) return Number.isNaN(numberOf(firstCell)) ? { push: () => undefined } : unnamedColumn(name);
  return spec.type === "text" ? textColumn(spec) : numberColumn(spec);
}

/** Numbers as long as they last: one cell that is none, and nobody asked for this column. */
function unnamedColumn(name: string): Column {
  const column = numberColumn({ name });
  let isWhole = true;
  return {
    get numbers() {
      return isWhole ? column.numbers : undefined;
    },
    push: (cell) => {
      isWhole &&= column.push(cell) === undefined;
      return undefined;
    },
  };
}

function textColumn({ oneOf }: ColumnSpec): Column {
  const values: string[] = [];
  return {
    texts: () => values,
    push: (cell) => {
      const problem = textProblem(oneOf, cell);
      if (problem === undefined) values.push(cell);
      return problem;
    },
  };
}

function numberColumn(spec: ColumnSpec): Column {
  let values = new Float64Array(1024);
  let count = 0;
  return {
    numbers: () => values.slice(0, count),
    push: (cell) => {
      const value = numberOf(cell);
      if (Number.isNaN(value)) return noNumber(cell);
      const problem = valueProblem(spec, value, count === 0 ? undefined : (values[count - 1] as number));
      if (problem !== undefined) return problem;
      if (count === values.length) {
        const larger = new Float64Array(2 * count);
        larger.set(values);
        values = larger;
      }
      values[count++] = value;
      return undefined;
    },
  };
}

const DECIMAL = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;

const ZERO = 48;
const NINE = 57;

/** NaN where it is no finite decimal number. */
export function numberOf(cell: string): number {
  const value = Number(cell);
  // `Number` also takes nothing at all, 0x1f, 0b11 and 0o17. Most cells begin with a digit and are none of these: no pattern for them.
  const first = cell.charCodeAt(0);
  const isDecimal = first > ZERO && first <= NINE;
  return Number.isFinite(value) && (isDecimal || DECIMAL.test(cell)) ? value : Number.NaN;
}

export const noNumber = (cell: string): string => `must be a number, got "${cell}"`;

export const textProblem = (oneOf: readonly string[] | undefined, text: string): string | undefined =>
  oneOf === undefined || oneOf.includes(text) ? undefined : `must be one of ${oneOf.join(", ")}, got "${text}"`;

/** @param previous of the row before, where there is one */
export function valueProblem(spec: ColumnSpec, value: number, previous: number | undefined): string | undefined {
  return boundProblem(spec, value) ?? (previous === undefined ? undefined : orderProblem(spec, value, previous));
}

function boundProblem({ min, above, max }: ColumnSpec, value: number): string | undefined {
  if (min !== undefined && value < min) return `must be at least ${min}, got ${value}`;
  if (above !== undefined && value <= above) return `must be above ${above}, got ${value}`;
  if (max !== undefined && value > max) return `must be at most ${max}, got ${value}`;
  return undefined;
}

function orderProblem({ order }: ColumnSpec, value: number, previous: number): string | undefined {
  if (order === "rising" && value < previous) return `must not fall: ${value} after ${previous}`;
  if (order === "strict" && value <= previous) return `must rise: ${value} after ${previous}`;
  return undefined;
}

function tableFrom(file: string, header: readonly string[], columns: readonly Column[]): Table {
  const numbers: Record<string, Float64Array> = {};
  const texts: Record<string, readonly string[]> = {};
  let rowCount = 0;
  columns.forEach((column, i) => {
    const values = column.numbers?.() ?? column.texts?.();
    if (values === undefined) return;
    rowCount = values.length;
    if (values instanceof Float64Array) numbers[header[i] as string] = values;
    else texts[header[i] as string] = values;
  });
  return { file, rowCount, numbers, texts };
}
