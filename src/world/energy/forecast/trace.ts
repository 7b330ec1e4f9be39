import { z } from "zod";
import type { Plugin } from "../../base/plugin.ts";
import { type Table, TableError, type TableReader } from "../../base/table.ts";
import { numberColumn, readRows } from "../csv.ts";
import { columnOf, fileField } from "../file-field.ts";
import type { RowSignal } from "../row-signal.ts";
import type { Forecast } from "../signal.ts";
import { instantColumn, requireRegular } from "../time-column.ts";
import type { ForecastFactory } from "./forecast-factory.ts";
import { isKnown, persisted } from "./known.ts";

export interface TraceForecast {
  readonly kind: "trace";
  readonly file: Table;
}

/** Columns `issued_utc`, `utc`, `average_g_per_kwh`: sorted by issue, then by time; at least two rows of one step in each issue. */
export const readForecastTable: TableReader = (lines, file) => {
  const rows = readRows(lines, file, ["issued_utc", "utc", "average_g_per_kwh"]);
  const issuedS = instantColumn(rows, "issued_utc");
  const timesS = instantColumn(rows, "utc");
  const average = numberColumn(rows, "average_g_per_kwh", 0);
  const starts = issueStarts(issuedS);
  if (timesS.length === 0) throw new TableError(file, 1, "has no rows");
  for (const [i, from] of starts.entries()) {
    const to = starts[i + 1] ?? timesS.length;
    const line = rows.lines[from] as number;
    if (i > 0 && (issuedS[from] as number) < (issuedS[from - 1] as number)) throw new TableError(file, line, "is not sorted by issued_utc");
    if (to - from < 2) throw new TableError(file, line, "is the only row of its issue; an issue needs two or more");
    requireRegular(rows, timesS, { from, to, clock: "utc" });
  }
  return { file, rowCount: timesS.length, numbers: { issued_epoch_s: issuedS, epoch_s: timesS, average_g_per_kwh: average }, texts: {} };
};

/** Row at which each issue begins. */
function issueStarts(issuedS: Float64Array): readonly number[] {
  const starts: number[] = [];
  for (let row = 0; row < issuedS.length; row++) if (row === 0 || issuedS[row] !== issuedS[row - 1]) starts.push(row);
  return starts;
}

/** The latest issue that is out and covers the target; persistence where there is none. */
class Issues implements Forecast {
  readonly #signal: RowSignal;
  readonly #startEpochS: number;
  readonly #starts: readonly number[];
  readonly #issuedS: Float64Array;
  readonly #timesS: Float64Array;
  readonly #values: Float64Array;

  constructor(table: Table, signal: RowSignal, startEpochS: number) {
    this.#signal = signal;
    this.#startEpochS = startEpochS;
    this.#issuedS = columnOf(table, "issued_epoch_s");
    this.#timesS = columnOf(table, "epoch_s");
    this.#values = columnOf(table, "average_g_per_kwh");
    this.#starts = issueStarts(this.#issuedS);
  }

  predict(nowS: number, timeS: number): number {
    if (isKnown(this.#signal, nowS, timeS)) return this.#signal.at(timeS);
    for (let issue = this.#lastIssue(this.#startEpochS + nowS); issue >= 0; issue--) {
      const row = this.#rowOf(issue, this.#startEpochS + timeS);
      if (row >= 0) return this.#values[row] as number;
    }
    return persisted(this.#signal, nowS, timeS);
  }

  /** Index of the last issue out at `epochS`, or -1. */
  #lastIssue(epochS: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#issuedS[this.#starts[middle] as number] as number) <= epochS) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Row of an issue that holds `epochS`, or -1. */
  #rowOf(issue: number, epochS: number): number {
    const from = this.#starts[issue] as number;
    const to = this.#starts[issue + 1] ?? this.#timesS.length;
    const firstS = this.#timesS[from] as number;
    const row = from + Math.floor((epochS - firstS) / ((this.#timesS[from + 1] as number) - firstS));
    return row >= from && row < to ? row : -1;
  }
}

export const trace = {
  kind: "trace",
  doc: "forecasts from a table: issued_utc, utc, average_g_per_kwh",
  schema: z.strictObject({ kind: z.literal("trace"), file: fileField }),
  files: { file: readForecastTable },
  create:
    (spec): ForecastFactory =>
    ({ signal, startEpochS }) => {
      if (startEpochS === undefined) throw new Error("a forecast trace needs the scenario's start"); // carbonProblem tells the user
      return new Issues(spec.file, signal, startEpochS);
    },
} as const satisfies Plugin<"trace", TraceForecast, ForecastFactory>;
