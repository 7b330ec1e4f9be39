/** Traces from text in memory. */
import { readPiece } from "../../../src/scenario/stored-bytes.ts";
import { arrivalTrace, type Trace } from "../../../src/world/workload/index.ts";

export const traceFrom = (text: string, file = "a.csv"): Trace =>
  arrivalTrace.scan({ held: new TextEncoder().encode(text) }, file, readPiece);
