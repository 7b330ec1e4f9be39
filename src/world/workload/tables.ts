/** The tables that workloads read; columns as in docs, units in the names. */
import { type Table, TableError, type TableReader } from "../base/table.ts";
import { readCsv } from "./csv.ts";

/** Quantiles of a law: `quantile` strictly rising from 0 to 1, `value` non-negative, never falling, not all 0. */
export const quantileTable: TableReader = (lines, file) => {
  const table = readCsv(lines, file, [
    { name: "quantile", min: 0, max: 1, order: "strict" },
    { name: "value", min: 0, order: "rising" },
  ]);
  const quantile = column(table, "quantile");
  if (quantile[0] !== 0) throw new TableError(file, 2, `the first quantile must be 0, got ${quantile[0]}`);
  if (quantile.at(-1) !== 1) throw new TableError(file, table.rowCount + 1, `the last quantile must be 1, got ${quantile.at(-1)}`);
  if (column(table, "value").at(-1) === 0) throw new TableError(file, table.rowCount + 1, "every value is 0");
  return table;
};

/**
 * Factors on an arrival rate: `time_s` or `hour` from `start`, beginning at 0 and rising; `factor` non-negative, not all 0.
 * The table it makes always has `time_s`.
 */
export const profileTable: TableReader = (lines, file) => {
  const table = readCsv(lines, file, [
    { name: "hour", optional: true, min: 0, order: "strict" },
    { name: "time_s", optional: true, min: 0, order: "strict" },
    { name: "factor", min: 0 },
  ]);
  const { hour, time_s: timeS } = table.numbers;
  if ((hour === undefined) === (timeS === undefined)) throw new TableError(file, 1, 'needs either column "hour" or column "time_s"');
  const times = timeS ?? (hour as Float64Array).map((value) => value * SECONDS_PER_HOUR);
  if (times[0] !== 0) throw new TableError(file, 2, "the first row must be at time 0");
  if (table.rowCount < 2) throw new TableError(file, 2, "needs at least two rows: the last step is as long as the one before it");
  const factor = column(table, "factor");
  if (factor.every((value) => value === 0)) throw new TableError(file, table.rowCount + 1, "every factor is 0");
  return { file, rowCount: table.rowCount, numbers: { time_s: times, factor }, texts: {} };
};

const SECONDS_PER_HOUR = 3600;

/** A column of numbers that the table must have. @throws {TableError} otherwise, naming those there are. */
export function column(table: Table, name: string): Float64Array {
  const values = table.numbers[name];
  if (values !== undefined) return values;
  const known = Object.keys(table.numbers).map((key) => `"${key}"`);
  throw new TableError(table.file, 1, `has no column of numbers "${name}"; it has ${known.join(", ")}`);
}
