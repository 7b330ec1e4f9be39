import { z } from "zod";
import type { Plugin } from "../../base/plugin.ts";
import { type Table, TableError, type TableReader } from "../../base/table.ts";
import { formatUtc } from "../../base/utc.ts";
import { readCsv } from "../../workload/csv.ts";
import { type FileField, fileField, tableOf } from "../../workload/file-field.ts";
import { column } from "../../workload/tables.ts";
import { type ForecastSpec, forecastSchema, makeForecast } from "../forecast/index.ts";
import { type RowSignal, tableSignal } from "../row-signal.ts";
import { instantColumn, lineOf, requireRegular, secondsOfHours } from "../time-column.ts";
import type { CarbonFactory } from "./carbon-factory.ts";

export interface TraceCarbon {
  readonly kind: "trace";
  readonly file: FileField;
  /** Which column counts. The two answer different questions; never mix them in one total. */
  readonly signal: "average" | "marginal";
  /** The column that holds it, where it has another name. */
  readonly column?: string | undefined;
  readonly repeat: boolean;
  readonly forecast: ForecastSpec;
}

/**
 * Columns `utc` (start of the step, ISO 8601 with a zone) or `hour` (hours from the scenario's `start`), and `average_g_per_kwh`,
 * `marginal_g_per_kwh` or whatever the scenario names. Two or more rows, of one step. Times come out in seconds as `epoch_s` or `from_start_s`.
 */
export const readCarbonTable: TableReader = (lines, file) => {
  const table = readCsv(lines, file, [
    { name: "utc", type: "text", optional: true },
    { name: "hour", optional: true },
    { name: "average_g_per_kwh", optional: true, min: 0 },
    { name: "marginal_g_per_kwh", optional: true, min: 0 },
  ]);
  const { hour } = table.numbers;
  if ((hour === undefined) === (table.texts.utc === undefined)) throw new TableError(file, 1, "must have one time column, utc or hour");
  if (table.rowCount < 2) throw new TableError(file, lineOf(0), "is the only row; there must be two or more, to tell their step");
  const times = hour === undefined ? { epoch_s: instantColumn(table, "utc") } : { from_start_s: secondsOfHours(hour) };
  requireRegular(file, times.epoch_s ?? times.from_start_s, { from: 0, to: table.rowCount, clock: hour === undefined ? "utc" : "hour" });
  return { ...table, numbers: { ...table.numbers, ...times } };
};

export interface Span {
  readonly startEpochS: number | undefined;
  /** End of the run, seconds since `start`. */
  readonly endS: number;
}

/** Why the run cannot be played on this trace, or undefined: for the second pass of validation. */
export function traceProblem(spec: TraceCarbon, span: Span): string | undefined {
  const table = tableOf(spec.file);
  const byUtc = table.numbers.epoch_s !== undefined;
  if (byUtc && span.startEpochS === undefined) return `${table.file} tells its times in utc, so the scenario needs a start`;
  if (spec.forecast.kind === "trace" && span.startEpochS === undefined)
    return `${tableOf(spec.forecast.file).file} tells its times in utc, so the scenario needs a start`;
  if (table.numbers[columnName(spec)] === undefined) return `${table.file} has no column of numbers named ${columnName(spec)}`;
  const signal = signalOf(spec, span.startEpochS);
  return coversS(signal, span.endS) ? undefined : coverageMessage(table, signal, span);
}

/** Whether the signal has a value at every instant of a run from 0 to `endS`, seconds since `start`. */
export function coversS(signal: RowSignal, endS: number): boolean {
  return signal.fromS <= 0 && endS <= signal.untilS;
}

function coverageMessage(table: Table, signal: RowSignal, { startEpochS, endS }: Span): string {
  const show = (timeS: number): string => (startEpochS === undefined ? `hour ${timeS / 3600}` : formatUtc(startEpochS + timeS));
  const covered = `${table.file} covers ${show(signal.fromS)} to ${show(signal.untilS)}`;
  return `${covered}, but the run goes from ${show(0)} to ${show(endS)}. Hint: another start, a shorter duration, or repeat: true`;
}

const columnName = (spec: TraceCarbon): string => spec.column ?? `${spec.signal}_g_per_kwh`;

function signalOf(spec: TraceCarbon, startEpochS: number | undefined): RowSignal {
  const table = tableOf(spec.file);
  const timesS = table.numbers.epoch_s ?? column(table, "from_start_s");
  const offsetS = table.numbers.epoch_s === undefined ? 0 : (startEpochS ?? Number.NaN); // NaN cannot pass: traceProblem asks for the start
  const firstS = timesS[0] as number;
  const stepS = ((timesS.at(-1) as number) - firstS) / (table.rowCount - 1);
  return tableSignal({ values: column(table, columnName(spec)), fromS: firstS - offsetS, stepS, repeat: spec.repeat });
}

export const trace = {
  kind: "trace",
  doc: "intensity from a table: utc or hour, and average_g_per_kwh, marginal_g_per_kwh or the column you name",
  schema: z.strictObject({
    kind: z.literal("trace"),
    file: fileField,
    signal: z.enum(["average", "marginal"]).default("average"),
    column: z.string().min(1).optional(),
    repeat: z.boolean().default(false),
    // Day-ahead accuracy of published forecasts for a solar-heavy grid; see noisy.ts.
    forecast: forecastSchema.default({ kind: "noisy", mape24h: 0.08, mape96h: 0.13, issueEvery: 3600 }),
  }),
  files: { file: readCarbonTable },
  create: (spec) => (context) => {
    const signal = signalOf(spec, context.startEpochS);
    return { signal, forecast: makeForecast(spec.forecast, { signal, ...context }) };
  },
} as const satisfies Plugin<"trace", TraceCarbon, CarbonFactory>;
