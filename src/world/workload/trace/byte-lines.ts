/** The lines of a file, one at a time, in a buffer that is used again: memory does not grow with the file. */
import type { FileBytes, ReadPiece } from "../../base/bytes.ts";
import { TableError } from "../../base/table.ts";

/** Read at a time: a few thousand rows. */
export const CHUNK_BYTES = 65_536;
/** A file without line breaks is no table; it would fill the memory. */
const LINE_BYTES_MAX = 16_777_216;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

export class ByteLines {
  /** Holds the line that `next` came to, in [from, to): without its line break. */
  bytes = new Uint8Array(CHUNK_BYTES);
  from = 0;
  to = 0;
  readonly #source: FileBytes;
  readonly #read: ReadPiece;
  readonly #file: string;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // only the header's is one
  #nextFrom = 0;
  #end = 0;
  #position = 0;
  #line = 0;

  constructor(source: FileBytes, read: ReadPiece, file: string) {
    this.#source = source;
    this.#read = read;
    this.#file = file;
  }

  /** Goes to the next line; false at the end. @throws {TableError} at an endless line */
  next(): boolean {
    let searchFrom = this.#nextFrom;
    for (;;) {
      const found = this.bytes.indexOf(LINE_FEED, searchFrom);
      if (found >= 0 && found < this.#end) {
        this.#take(found);
        this.#nextFrom = found + 1;
        return true;
      }
      searchFrom = this.#end - this.#nextFrom;
      if (!this.#more()) break;
    }
    if (this.#nextFrom === this.#end) return false;
    this.#take(this.#end); // the last one, without a line break
    this.#nextFrom = this.#end;
    return true;
  }

  text(): string {
    return this.#decoder.decode(this.bytes.subarray(this.from, this.to));
  }

  #take(to: number): void {
    this.#line++;
    this.from = this.#nextFrom;
    this.to = to > this.from && this.bytes[to - 1] === CARRIAGE_RETURN ? to - 1 : to;
  }

  /** Moves the begun line to the start of the buffer and reads on behind it. */
  #more(): boolean {
    const begun = this.#end - this.#nextFrom;
    if (begun === this.bytes.length) {
      if (begun >= LINE_BYTES_MAX) throw new TableError(this.#file, this.#line + 1, "is longer than any line of a table");
      const larger = new Uint8Array(2 * begun);
      larger.set(this.bytes);
      this.bytes = larger;
    } else this.bytes.copyWithin(0, this.#nextFrom, this.#end);
    const count = this.#read(this.#source, this.#position, this.bytes.subarray(begun));
    this.#nextFrom = 0;
    this.#end = begun + count;
    this.#position += count;
    return count > 0;
  }
}
