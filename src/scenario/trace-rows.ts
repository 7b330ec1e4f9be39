/** Looks for rows of a trace. The file is read again only where the extremes of its columns tell that there is one. */
import { findRow, type NumberColumn, Replay, type Trace } from "../world/workload/index.ts";
import { readPiece } from "./stored-bytes.ts";

/** A cell with words for its row: its number and its line, for the header is the first. */
export interface FoundCell {
  readonly request: string;
  readonly value: number;
}

/**
 * The first request whose cell is wrong, among those of some classes (undefined: of none).
 * @param isWrong must be true of the least or of the greatest cell, if of any
 */
export function findCell(
  trace: Trace,
  column: string,
  isWrong: (value: number) => boolean,
  isAsked: (className: string | undefined) => boolean,
): FoundCell | undefined {
  const found = trace.numbers[column];
  const names = trace.texts.class;
  const spreads = names === undefined ? [found?.all] : names.map((name, i) => (isAsked(name) ? found?.byClass[i] : undefined));
  if (!spreads.some((spread) => spread !== undefined && (isWrong(spread.least) || isWrong(spread.greatest)))) return undefined;
  const replay = new Replay(trace, readPiece);
  const cellOf = replay.numbers(column);
  const codeOf = names === undefined ? undefined : replay.codes("class");
  const row = findRow(replay, (each) => isWrong(cellOf(each)) && isAsked(codeOf && names?.[codeOf(each)]));
  return row === undefined ? undefined : { request: `request ${row + 1} (${trace.file}:${row + 2})`, value: cellOf(row) };
}

/** How many rows come at `fromS` of the trace's own time, or later. */
export function countRowsFrom(trace: Trace, fromS: number): number {
  if ((trace.numbers.arrival_s as NumberColumn).all.greatest < fromS) return 0;
  const replay = new Replay(trace, readPiece);
  const timeOf = replay.numbers("arrival_s");
  return trace.rowCount - (findRow(replay, (row) => timeOf(row) >= fromS) as number); // they are in order
}

/** What a job takes. */
export interface JobSize {
  readonly cores: number;
  readonly memoryB: number;
}

/** The first job that does not fit. @param otherwise of jobs whose column is not there */
export function findJob(
  trace: Trace,
  otherwise: JobSize,
  fits: (size: JobSize) => boolean,
): { readonly row: number; readonly size: JobSize } | undefined {
  const { cores, memory_b: memoryB } = trace.numbers;
  const largest = { cores: cores?.all.greatest ?? otherwise.cores, memoryB: memoryB?.all.greatest ?? otherwise.memoryB };
  if (fits(largest)) return undefined; // so do all others
  const replay = new Replay(trace, readPiece);
  const coresOf = cores === undefined ? () => otherwise.cores : replay.numbers("cores");
  const memoryOf = memoryB === undefined ? () => otherwise.memoryB : replay.numbers("memory_b");
  const sizeOf = (row: number): JobSize => ({ cores: coresOf(row), memoryB: memoryOf(row) });
  const row = findRow(replay, (each) => !fits(sizeOf(each)));
  return row === undefined ? undefined : { row, size: sizeOf(row) };
}
