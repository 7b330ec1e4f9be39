/** Reads a trace from its first row on, through a window: as arrivals of a run, or to look for a row. Hot: bench/serving.ts. */
import type { ReadPiece } from "../../base/bytes.ts";
import type { ArrivalProcess } from "../arrivals.ts";
import { ByteRows } from "./byte-rows.ts";
import { ARRIVAL_COLUMNS, requireNumbers, type Trace } from "./trace.ts";

/** Read at a time. */
export const LOT_ROWS = 512;
/** The lot of the current row and the one before it, so that a row can be looked at while the next one is known. */
const WINDOW_ROWS = 2 * LOT_ROWS;
const ROW_MASK = WINDOW_ROWS - 1;

/** Tells the cell of a row that `nextS` has come to, and from which it is less than LOT_ROWS away. */
export type CellOf = (row: number) => number;

export class Replay implements ArrivalProcess {
  /** Counted from 0, of the arrival that `nextS` returned last. */
  row = -1;
  readonly #trace: Trace;
  readonly #read: ReadPiece;
  readonly #scale: number;
  /** Cells that are in the window, by column; the place of a row is `row & ROW_MASK`. */
  readonly #windows = new Map<string, Float64Array>();
  readonly #timesS: Float64Array;
  #rows: ByteRows | undefined;
  #readCount = 0;

  /** @param scale divides the times */
  constructor(trace: Trace, read: ReadPiece, scale = 1) {
    this.#trace = trace;
    this.#read = read;
    this.#scale = scale;
    this.#timesS = this.#window("arrival_s");
  }

  /** Of a column of numbers. Ask before the first arrival. @throws {TableError} where the trace has none of that name */
  numbers(name: string): CellOf {
    requireNumbers(this.#trace, name);
    return this.#cells(name);
  }

  /** Of a column of texts: their places in the trace's `texts`, UNNAMED for those that are not there. */
  codes(name: string): CellOf {
    return this.#cells(name);
  }

  nextS(): number {
    if (this.row + 1 === this.#readCount) this.#readLot();
    if (this.row + 1 === this.#readCount) return Number.POSITIVE_INFINITY;
    this.row++;
    return (this.#timesS[this.row & ROW_MASK] as number) / this.#scale;
  }

  #cells(name: string): CellOf {
    const window = this.#window(name);
    return (row) => window[row & ROW_MASK] as number;
  }

  #window(name: string): Float64Array {
    if (this.#rows !== undefined) throw new Error(`column ${name} was asked for after rows had been read`);
    const window = this.#windows.get(name) ?? new Float64Array(WINDOW_ROWS);
    this.#windows.set(name, window);
    return window;
  }

  #readLot(): void {
    const { file, bytes, texts, header } = this.#trace;
    const only = [...this.#windows.keys()];
    this.#rows ??= new ByteRows(bytes, this.#read, { file, specs: ARRIVAL_COLUMNS, only, known: texts });
    const windows = [...this.#windows].map(([name, window]) => ({ window, column: header.indexOf(name) }));
    const until = this.#readCount + LOT_ROWS;
    while (this.#readCount < until && this.#rows.next()) {
      const { values } = this.#rows;
      const at = this.#readCount++ & ROW_MASK;
      for (const { window, column } of windows) window[at] = values[column] as number;
    }
  }
}

/** The first row of which `isIt` holds, from the next one on; undefined where it holds of none. */
export function findRow(replay: Replay, isIt: (row: number) => boolean): number | undefined {
  while (replay.nextS() < Number.POSITIVE_INFINITY) if (isIt(replay.row)) return replay.row;
  return undefined;
}
