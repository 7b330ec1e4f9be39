/** Public traces of requests to language models, a file per format: which columns say what. Fed lines, so a file of any size streams through. */
import { z } from "zod";
import type { Plugin } from "../../base/plugin.ts";
import { TableError } from "../../base/table.ts";
import { headerOf, numberOf, splitCells } from "../csv.ts";

/** One request. */
export interface TraceRow {
  /** On the trace's own clock, seconds: only differences count. */
  readonly timeS: number;
  /** Whole numbers above 0. */
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** The model or application, as a name that scenarios take; empty unless asked for. */
  readonly class: string;
}

/** Why a line gives no request. The reason holds no value of the line, so that equal ones can be counted. */
export interface Dropped {
  readonly reason: string;
  readonly got: string;
}

export interface LineReader {
  /** Undefined for the header and for blank lines. @throws {WrongColumns} at a header without those of the format. */
  read(line: string): TraceRow | Dropped | undefined;
  /** Columns of the file that nothing is made of. */
  readonly leftOut: readonly string[];
}

export class WrongColumns extends TableError {
  /** Those that the file has. */
  readonly has: readonly string[];
  constructor(file: string, message: string, has: readonly string[]) {
    super(file, 1, message);
    this.has = has;
  }
}

export interface ReaderOptions {
  /** The file as the user named it; for messages. */
  readonly file: string;
  /** Reads the class too. */
  readonly withClass: boolean;
}

export interface FormatFields<Kind extends string> {
  readonly kind: Kind;
  readonly doc: string;
  /** CSV with a header, or an object of JSON on each line. */
  readonly lines: "csv" | "json";
  /** Column of arrival times, and a reader of its cells for each file: seconds from any origin, or NaN. */
  readonly time: string;
  readonly clock: () => (cell: string) => number;
  readonly prompt: string;
  readonly output: string;
  /** Column that names a model or an application. */
  readonly class?: string;
  /** Columns in which a request of our kind has this value. */
  readonly only?: Readonly<Record<string, string>>;
  /** What an answer of 0 tokens means. */
  readonly noOutput?: string;
}

export interface TraceFormat<Kind extends string = string> extends Plugin<Kind, unknown, (options: ReaderOptions) => LineReader> {
  /** Those that a file must have. */
  readonly columns: readonly string[];
  readonly classColumn: string | undefined;
}

export function traceFormat<Kind extends string>(fields: FormatFields<Kind>): TraceFormat<Kind> {
  const columns = columnsOf(fields);
  const shape = Object.fromEntries([...columns.map((name) => [name, z.string()]), ...optionalClass(fields)]) as z.ZodRawShape;
  return {
    kind: fields.kind,
    doc: fields.doc,
    columns,
    classColumn: fields.class,
    schema: z.object({ kind: z.literal(fields.kind), ...shape }),
    create: () => (options) => {
      const wanted = options.withClass && fields.class !== undefined ? [...columns, fields.class] : columns;
      const cells = fields.lines === "csv" ? new CsvCells(wanted, options.file) : new JsonCells(wanted, options.file);
      return readerOf(cells, wanted, fields);
    },
  };
}

function columnsOf({ time, prompt, output, only = {} }: FormatFields<string>): readonly string[] {
  return [time, prompt, output, ...Object.keys(only)];
}

function optionalClass(fields: FormatFields<string>): [string, z.ZodType][] {
  return fields.class === undefined ? [] : [[fields.class, z.string().optional()]];
}

/** Seconds as plain numbers. */
export const plainSeconds = () => numberOf;

/** Lines to the cells of the wanted columns, in their order. */
interface Cells {
  read(line: string): readonly string[] | Dropped | undefined;
  readonly leftOut: readonly string[];
}

class CsvCells implements Cells {
  leftOut: readonly string[] = [];
  readonly #wanted: readonly string[];
  readonly #file: string;
  #header: readonly string[] | undefined;
  #at: readonly number[] = [];

  constructor(wanted: readonly string[], file: string) {
    this.#wanted = wanted;
    this.#file = file;
  }

  read(line: string): readonly string[] | Dropped | undefined {
    if (line.trim() === "") return undefined;
    const cells = splitCells(line);
    if (this.#header === undefined) return this.#begin(cells ?? []);
    if (cells === undefined) return { reason: "a quote does not close", got: line };
    if (cells.length !== this.#header.length)
      return { reason: `the number of cells is not the header's ${this.#header.length}`, got: `${cells.length}` };
    return this.#at.map((i) => cells[i] as string);
  }

  #begin(cells: readonly string[]): undefined {
    const header = headerOf(
      cells,
      this.#wanted.map((name) => ({ name })),
      (_line, message) => {
        throw new WrongColumns(this.#file, message, cells);
      },
    );
    this.#header = header;
    this.#at = this.#wanted.map((name) => header.indexOf(name));
    this.leftOut = header.filter((name) => !this.#wanted.includes(name));
  }
}

class JsonCells implements Cells {
  leftOut: readonly string[] = [];
  readonly #wanted: readonly string[];
  readonly #file: string;
  #isFirst = true;

  constructor(wanted: readonly string[], file: string) {
    this.#wanted = wanted;
    this.#file = file;
  }

  read(line: string): readonly string[] | Dropped | undefined {
    if (line.trim() === "") return undefined;
    const row = objectOf(line);
    if (row === undefined) {
      if (this.#isFirst) throw new WrongColumns(this.#file, "is no JSON object", []);
      return { reason: "the line is no JSON object", got: line };
    }
    if (this.#isFirst) this.#begin(row);
    return this.#wanted.map((name) => textOf(row[name]));
  }

  /** The first object stands for the header. */
  #begin(row: object): void {
    const names = Object.keys(row);
    const missing = this.#wanted.filter((name) => !names.includes(name));
    const list = (some: readonly string[]): string => (some.length === 0 ? "none" : some.map((name) => `"${name}"`).join(", "));
    if (missing.length > 0) throw new WrongColumns(this.#file, `lacks field ${list(missing)}; it has ${list(names)}`, names);
    this.leftOut = names.filter((name) => !this.#wanted.includes(name));
    this.#isFirst = false;
  }
}

function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

function readerOf(cells: Cells, wanted: readonly string[], fields: FormatFields<string>): LineReader {
  const secondsOf = fields.clock();
  const nameOf = namer(fields.class ?? "");
  const only = Object.entries(fields.only ?? {}).map(([column, value]) => ({ column, value, at: wanted.indexOf(column) }));
  const classAt = fields.class === undefined ? -1 : wanted.indexOf(fields.class);
  return {
    get leftOut() {
      return cells.leftOut;
    },
    read: (line) => {
      const row = cells.read(line);
      if (row === undefined || "reason" in row) return row;
      const [time = "", prompt = "", output = ""] = row;
      const odd = only.find(({ at, value }) => Number(row[at]) !== Number(value));
      if (odd !== undefined) return { reason: `${odd.column} is not ${odd.value}`, got: row[odd.at] as string };
      const timeS = secondsOf(time);
      if (Number.isNaN(timeS)) return { reason: `${fields.time} is no time`, got: time };
      const problem = tokenProblem(fields.prompt, prompt) ?? tokenProblem(fields.output, output, fields.noOutput);
      if (problem !== undefined) return problem;
      const name = classAt < 0 ? "" : nameOf(row[classAt] as string);
      if (name === undefined) return { reason: `${fields.class} is no name`, got: row[classAt] as string };
      return { timeS, promptTokens: Number(prompt), outputTokens: Number(output), class: name };
    },
  };
}

function tokenProblem(column: string, cell: string, meaningOfZero?: string): Dropped | undefined {
  const tokens = numberOf(cell);
  if (!Number.isSafeInteger(tokens)) return { reason: `${column} is no whole number`, got: cell };
  if (tokens < 0) return { reason: `${column} is below 0`, got: cell };
  if (tokens === 0) return { reason: `${column} is 0${meaningOfZero === undefined ? "" : ` (${meaningOfZero})`}`, got: cell };
  return undefined;
}

/** Names that scenarios take: "GPT-4" is gpt-4, and 0 in a column application_id is application-id-0. */
function namer(column: string): (cell: string) => string | undefined {
  const known = new Map<string, string>();
  const slug = (text: string): string =>
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "");
  return (cell) => {
    const found = known.get(cell);
    if (found !== undefined) return found;
    const base = slug(cell);
    if (base === "") return undefined;
    const name = /^[a-z]/.test(base) ? base : `${slug(column)}-${base}`;
    known.set(cell, name);
    return name;
  };
}
