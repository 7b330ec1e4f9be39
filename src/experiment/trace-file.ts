/** A file in Chrome's trace event format (JSON), which ui.perfetto.dev opens: written as events come, whatever their order. */
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Of the format: a slice, a value that holds until its next, a moment, or a name. Times in microseconds. */
export type TraceEvent =
  | (Track & {
      readonly ph: "X";
      readonly name: string;
      readonly cat: string;
      readonly ts: number;
      readonly dur: number;
      readonly args: Args;
    })
  | { readonly ph: "C"; readonly pid: number; readonly name: string; readonly ts: number; readonly args: Readonly<Record<string, number>> }
  | { readonly ph: "i"; readonly pid: number; readonly name: string; readonly cat: string; readonly ts: number; readonly s: "p" }
  | (Track & { readonly ph: "i"; readonly name: string; readonly cat: string; readonly ts: number; readonly s: "t" })
  | { readonly ph: "M"; readonly pid: number; readonly name: "process_name"; readonly args: { readonly name: string } }
  | (Track & { readonly ph: "M"; readonly name: "thread_name"; readonly args: { readonly name: string } });

interface Track {
  readonly pid: number;
  readonly tid: number;
}
type Args = Readonly<Record<string, string | number>>;

/** Characters held before they are written: all the memory that a trace takes, however long it is. */
const CHUNK_LENGTH = 1 << 18;

export class TraceFile {
  readonly path: string;
  readonly #handle: number;
  #text = '{"displayTimeUnit":"ms","traceEvents":[';
  #isFirst = true;

  constructor(path: string) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.#handle = openSync(path, "w");
  }

  add(event: TraceEvent): void {
    this.#text += `${this.#isFirst ? "" : ","}\n${JSON.stringify(event)}`;
    this.#isFirst = false;
    if (this.#text.length >= CHUNK_LENGTH) this.#flush();
  }

  /** @param about beside the events, for whoever finds the file alone */
  close(about: Args): void {
    this.#text += `\n],"otherData":${JSON.stringify(about)}}\n`;
    this.#flush();
    fsyncSync(this.#handle);
    closeSync(this.#handle);
  }

  #flush(): void {
    const bytes = Buffer.from(this.#text, "utf8");
    this.#text = "";
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#handle, bytes, written);
    } catch (error) {
      throw Object.assign(error as Error, { path: this.path }); // a full disk does not say where
    }
  }
}
