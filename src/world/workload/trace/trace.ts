/** A trace of arrivals: what its rows have in common, and where they are read again. */
import type { FileBytes, ReadPiece } from "../../base/bytes.ts";
import { type FileScanner, TableError } from "../../base/table.ts";
import { type ColumnSpec, textProblem, valueProblem } from "../csv.ts";
import { ByteRows } from "./byte-rows.ts";
import { UNNAMED } from "./names.ts";

/** Of a column of numbers, over some rows. */
export interface Spread {
  count: number;
  /** Added in the order of the rows. */
  sum: number;
  least: number;
  greatest: number;
}

export interface NumberColumn {
  readonly all: Spread;
  /** Of the rows of each text of column `class`, in the order of `texts.class`; empty without that column. */
  readonly byClass: readonly Spread[];
}

/** Plain data, without the rows. */
export interface Trace {
  /** The file as the user named it; for messages. */
  readonly file: string;
  readonly bytes: FileBytes;
  readonly header: readonly string[];
  readonly rowCount: number;
  readonly numbers: Readonly<Record<string, NumberColumn>>;
  /** Of each column of texts, those that occur in order of appearance. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
}

/**
 * Columns of arrivals, of requests or jobs: `arrival_s` from `start`, never falling; the rest optional. Further columns of
 * numbers are kept, for a law of kind trace to name.
 */
export const ARRIVAL_COLUMNS: readonly ColumnSpec[] = [
  { name: "arrival_s", min: 0, order: "rising" },
  { name: "work_s", optional: true, min: 0 },
  { name: "class", optional: true, type: "text" },
  { name: "endpoint", optional: true, type: "text" },
  { name: "prompt_tokens", optional: true, min: 0 },
  { name: "output_tokens", optional: true, min: 0 },
  { name: "cores", optional: true, above: 0 },
  { name: "memory_b", optional: true, min: 0 },
  { name: "deadline_s", optional: true, above: 0 },
  { name: "priority", optional: true, type: "text", oneOf: ["critical", "normal", "best-effort"] },
];

/** @throws {TableError} naming the first bad line */
function scan(bytes: FileBytes, file: string, read: ReadPiece): Trace {
  const rows = new ByteRows(bytes, read, { file, specs: ARRIVAL_COLUMNS });
  let columns: readonly WatchedColumn[] = [];
  let classColumn = -1;
  let rowCount = 0;
  while (rows.next()) {
    if (rowCount++ === 0) {
      columns = watchedColumns(rows);
      classColumn = rows.header.indexOf("class");
    }
    const { values } = rows;
    const code = classColumn < 0 ? UNNAMED : (values[classColumn] as number);
    for (const each of columns) {
      const problem = each.take(values[each.column] as number, code);
      if (problem !== undefined) rows.fail(each.column, problem);
    }
  }
  const numbers = columns.filter((each): each is WatchedNumbers => each instanceof WatchedNumbers && rows.isNumber(each.column));
  const texts = columns.filter((each) => each instanceof WatchedTexts);
  return {
    ...{ file, bytes, rowCount, header: rows.header },
    numbers: Object.fromEntries(numbers.map(({ name, all, byClass }) => [name, { all, byClass }])),
    texts: Object.fromEntries(texts.map(({ name, all }) => [name, all])),
  };
}

export const arrivalTrace: FileScanner<Trace> = { scan };

/** What is found out about a column while its rows pass. */
interface WatchedColumn {
  readonly name: string;
  readonly column: number;
  /** Takes a number, or the code of a text, of a row whose class has a code; says what is wrong with it. */
  take(value: number, classCode: number): string | undefined;
}

function watchedColumns(rows: ByteRows): readonly WatchedColumn[] {
  return rows.header.flatMap((name, column): readonly WatchedColumn[] => {
    const spec = ARRIVAL_COLUMNS.find((each) => each.name === name) ?? { name };
    const texts = rows.textsOf(column);
    if (texts !== undefined) return [new WatchedTexts(spec, column, texts)];
    return rows.isNumber(column) ? [new WatchedNumbers(spec, column)] : [];
  });
}

class WatchedTexts implements WatchedColumn {
  readonly name: string;
  readonly column: number;
  readonly all: readonly string[];
  readonly #oneOf: readonly string[] | undefined;

  constructor({ name, oneOf }: ColumnSpec, column: number, all: readonly string[]) {
    this.name = name;
    this.column = column;
    this.all = all;
    this.#oneOf = oneOf;
  }

  take(code: number): string | undefined {
    return this.#oneOf === undefined ? undefined : textProblem(this.#oneOf, this.all[code] as string);
  }
}

class WatchedNumbers implements WatchedColumn, NumberColumn {
  readonly name: string;
  readonly column: number;
  readonly all = spreadOfNone();
  readonly byClass: Spread[] = [];
  readonly #spec: ColumnSpec;
  #previous: number | undefined;

  constructor(spec: ColumnSpec, column: number) {
    this.name = spec.name;
    this.column = column;
    this.#spec = spec;
  }

  take(value: number, classCode: number): string | undefined {
    const problem = valueProblem(this.#spec, value, this.#previous);
    this.#previous = value;
    addTo(this.all, value);
    if (classCode !== UNNAMED) {
      this.byClass[classCode] ??= spreadOfNone();
      addTo(this.byClass[classCode], value);
    }
    return problem;
  }
}

function spreadOfNone(): Spread {
  return { count: 0, sum: 0, least: Infinity, greatest: -Infinity };
}

function addTo(spread: Spread, value: number): void {
  spread.count++;
  spread.sum += value;
  if (value < spread.least) spread.least = value;
  if (value > spread.greatest) spread.greatest = value;
}

/** Columns of numbers, then of texts. */
export const columnNamesOf = ({ numbers, texts }: Trace): readonly string[] => [...Object.keys(numbers), ...Object.keys(texts)];

/** Of some rows of a column; undefined where there is no such column of numbers. */
export function spreadOf({ numbers, texts }: Trace, column: string, name?: string): Spread | undefined {
  const found = numbers[column];
  if (found === undefined || name === undefined) return found?.all;
  return found.byClass[texts.class?.indexOf(name) ?? -1] ?? spreadOfNone();
}

/** @throws {TableError} otherwise, naming those there are */
export function requireNumbers({ file, numbers }: Trace, name: string): void {
  if (numbers[name] !== undefined) return;
  const known = Object.keys(numbers).map((key) => `"${key}"`);
  throw new TableError(file, 1, `has no column of numbers "${name}"; it has ${known.join(", ")}`);
}
