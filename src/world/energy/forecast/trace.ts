import { z } from "zod";
import type { Plugin } from "../../base/plugin.ts";
import { type Table, TableError, type TableReader } from "../../base/table.ts";
import { readCsv } from "../../workload/csv.ts";
import { type FileField, fileField, tableOf } from "../../workload/file-field.ts";
import { column } from "../../workload/tables.ts";
import type { RowSignal } from "../row-signal.ts";
import type { Forecast } from "../signal.ts";
import { instantColumn, lineOf, requireRegular } from "../time-column.ts";
import type { ForecastFactory } from "./forecast-factory.ts";
import { isKnown, persisted } from "./known.ts";

export interface TraceForecast {
  readonly kind: "trace";
  readonly file: FileField;
}

/** Columns `issued_utc`, `utc`, `average_g_per_kwh`: sorted by issue, then by time; at least two rows of one step in each issue. */
export const readForecastTable: TableReader = (lines, file) => {
  const table = readCsv(lines, file, [
    { name: "issued_utc", type: "text" },
    { name: "utc", type: "text" },
    { name: "average_g_per_kwh", min: 0 },
  ]);
  const issuedS = instantColumn(table, "issued_utc");
  const timesS = instantColumn(table, "utc");
  const starts = issueStarts(issuedS);
  for (const [i, from] of starts.entries()) {
    const to = starts[i + 1] ?? timesS.length;
    if (i > 0 && (issuedS[from] as number) < (issuedS[from - 1] as number))
      throw new TableError(file, lineOf(from), "is not sorted by issued_utc");
    if (to - from < 2) throw new TableError(file, lineOf(from), "is the only row of its issue; an issue needs two or more");
    requireRegular(file, timesS, { from, to, clock: "utc" });
  }
  return { ...table, numbers: { ...table.numbers, issued_epoch_s: issuedS, epoch_s: timesS } };
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
    this.#issuedS = column(table, "issued_epoch_s");
    this.#timesS = column(table, "epoch_s");
    this.#values = column(table, "average_g_per_kwh");
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
      return new Issues(tableOf(spec.file), signal, startEpochS);
    },
} as const satisfies Plugin<"trace", TraceForecast, ForecastFactory>;
