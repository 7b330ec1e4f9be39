/** Traces from text in memory. */
import { readBytes } from "../../../src/scenario/stored-bytes.ts";
import { arrivalTrace, Replay, type Trace } from "../../../src/world/workload/index.ts";

export const traceFrom = (text: string, file = "a.csv"): Trace =>
  arrivalTrace.scan({ held: new TextEncoder().encode(text) }, file, readBytes);

/** The cells of all rows: numbers as they are, texts by their codes. */
export function rowsOf(trace: Trace): number[][] {
  const replay = new Replay(trace, readBytes);
  const cellsOf = [
    ...Object.keys(trace.numbers).map((name) => replay.numbers(name)),
    ...Object.keys(trace.texts).map((name) => replay.codes(name)),
  ];
  const rows: number[][] = [];
  while (replay.nextS() < Number.POSITIVE_INFINITY) rows.push(cellsOf.map((cellOf) => cellOf(replay.row)));
  return rows;
}
