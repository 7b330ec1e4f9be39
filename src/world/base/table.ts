/** Files of rows, and what reads them. */
import type { FileBytes, ReadPiece } from "./bytes.ts";

/** A table read from a file: columns of numbers, or of text where a column is not numeric. */
export interface Table {
  /** The file as the user named it; for messages. */
  readonly file: string;
  readonly rowCount: number;
  readonly numbers: Readonly<Record<string, Float64Array>>;
  readonly texts: Readonly<Record<string, readonly string[]>>;
}

/** Turns the lines of a file (header first) into a table. Pure: it is fed lines, not paths. */
export type TableReader = (lines: Iterable<string>, file: string) => Table;

/** Looks through a file of any length once, for what its rows have in common: whoever wants the rows reads them again. */
export interface FileScanner<Found> {
  /** @throws {TableError} */
  scan(bytes: FileBytes, file: string, read: ReadPiece): Found;
}

/** How the loader replaces a path. */
export type FileReader = TableReader | FileScanner<unknown>;

/** A fault in a file's content; the loader adds nothing but where the file was named. */
export class TableError extends Error {
  readonly file: string;
  /** Counted from 1; the header is line 1. */
  readonly line: number;
  constructor(file: string, line: number, message: string) {
    super(message);
    this.file = file;
    this.line = line;
  }
}
