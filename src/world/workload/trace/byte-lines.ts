/** The lines of a file, one at a time, in a buffer that is used again: memory does not grow with the file. */
import type { FileBytes, ReadPiece } from "../../base/bytes.ts";
import { TableError } from "../../base/table.ts";

/** Read at a time: a few thousand rows. */
export const CHUNK_BYTES = 65_536;
/** A file without line breaks is no table; it would fill the memory. */
const LINE_BYTES_MAX = 16_777_216;
export const LINE_FEED = 10;
export const CARRIAGE_RETURN = 13;

export class ByteLines {
  bytes = new Uint8Array(CHUNK_BYTES);
  /** Where the bytes that are read and not yet taken begin, and where they end. */
  ahead = 0;
  end = 0;
  readonly #source: FileBytes;
  readonly #read: ReadPiece;
  readonly #file: string;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // only the header's is one
  #position = 0;
  #line = 0;

  constructor(source: FileBytes, read: ReadPiece, file: string) {
    this.#source = source;
    this.#read = read;
    this.#file = file;
  }

  /** The next line without its line break; undefined at the end. @throws {TableError} at an endless line */
  take(): string | undefined {
    let searchFrom = this.ahead;
    for (;;) {
      const found = this.bytes.indexOf(LINE_FEED, searchFrom);
      if (found >= 0 && found < this.end) return this.#text(found, found + 1);
      searchFrom = this.end - this.ahead;
      if (!this.#more()) break;
    }
    return this.ahead === this.end ? undefined : this.#text(this.end, this.end); // the last one has no line break
  }

  /** Takes a line that somebody else has read, up to the start of the next one. */
  pass(next: number): void {
    this.#line++;
    this.ahead = next;
  }

  #text(to: number, next: number): string {
    const isCarried = to > this.ahead && this.bytes[to - 1] === CARRIAGE_RETURN;
    const text = this.#decoder.decode(this.bytes.subarray(this.ahead, isCarried ? to - 1 : to));
    this.pass(next);
    return text;
  }

  /** Moves the begun line to the start of the buffer and reads on behind it. */
  #more(): boolean {
    const begun = this.end - this.ahead;
    if (begun === this.bytes.length) {
      if (begun >= LINE_BYTES_MAX) throw new TableError(this.#file, this.#line + 1, "is longer than any line of a table");
      const larger = new Uint8Array(2 * begun);
      larger.set(this.bytes);
      this.bytes = larger;
    } else this.bytes.copyWithin(0, this.ahead, this.end);
    const count = this.#read(this.#source, this.#position, this.bytes.subarray(begun));
    this.ahead = 0;
    this.end = begun + count;
    this.#position += count;
    return count > 0;
  }
}
