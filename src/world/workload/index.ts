/** What arrives: laws of sizes and times, arrival processes, the tables they read. */
export type { RateDimension } from "./arrival-plugin.ts";
export { type ArrivalsSpec, arrivals, arrivalsSchema, makeArrivals } from "./arrivals/index.ts";
export type {
  ArrivalFactory,
  ArrivalOptions,
  ArrivalProcess,
  ArrivalStream,
  ClosedArrivals,
  OpenArrivals,
  TraceArrivals,
} from "./arrivals.ts";
export { type ColumnSpec, readCsv } from "./csv.ts";
export type { FileField } from "./file-field.ts";
export type { Law, LawFactory, MadeLaw } from "./law.ts";
export { type LawSpec, law, laws, makeLaw } from "./laws/index.ts";
export { type ProfileSpec, profiles } from "./profiles/index.ts";
export { column, profileTable, quantileTable } from "./tables.ts";
export { type CellOf, findRow, Replay } from "./trace/replay.ts";
export { arrivalTrace, columnNamesOf, type NumberColumn, type Spread, spreadOf, type Trace } from "./trace/trace.ts";
