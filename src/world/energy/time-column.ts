/** The time column of a table with regular rows. Row i stands on line i + 2: the header is line 1, and no line between is blank. */
import { type Table, TableError } from "../base/table.ts";
import { formatUtc, parseInstant } from "../base/utc.ts";

const S_PER_HOUR = 3600;
/** Hours are often written with a few decimals (a third of an hour as 0.333333): steps may differ by this much. */
const HOUR_ROUNDING_S = 0.05;

export const lineOf = (row: number): number => row + 2;

/** A text column of instants as epoch seconds. @throws {TableError} at the first that does not parse. */
export function instantColumn(table: Table, name: string): Float64Array {
  return Float64Array.from(table.texts[name] ?? [], (text, row) => {
    const instant = parseInstant(text);
    if ("problem" in instant) throw new TableError(table.file, lineOf(row), `${name} ${instant.problem}`);
    return instant.epochS;
  });
}

/** An `hour` column in seconds. */
export const secondsOfHours = (hours: Float64Array): Float64Array => hours.map((hour) => hour * S_PER_HOUR);

/**
 * Checks that rows `from` to `to - 1` rise by one and the same step. The smallest step counts as the right one, so that a gap is named where it is.
 * @throws {TableError} naming the line of the first duplicate, unsorted row or gap.
 */
export function requireRegular(
  file: string,
  timesS: Float64Array,
  range: { readonly from: number; readonly to: number; readonly clock: "utc" | "hour" },
): void {
  const show = range.clock === "utc" ? formatUtc : (timeS: number): string => `hour ${timeS / S_PER_HOUR}`;
  const fail = (row: number, message: string): never => {
    throw new TableError(file, lineOf(row), message);
  };
  let stepS = Number.POSITIVE_INFINITY;
  for (let row = range.from + 1; row < range.to; row++) {
    const beforeS = timesS[row - 1] as number;
    const timeS = timesS[row] as number;
    if (timeS === beforeS) fail(row, `repeats ${show(timeS)} of the row before`);
    if (timeS < beforeS) fail(row, `is not sorted: ${show(timeS)} comes after ${show(beforeS)}`);
    stepS = Math.min(stepS, timeS - beforeS);
  }
  const roundingS = range.clock === "utc" ? 0 : HOUR_ROUNDING_S;
  for (let row = range.from + 1; row < range.to; row++) {
    const beforeS = timesS[row - 1] as number;
    const timeS = timesS[row] as number;
    if (timeS - beforeS - stepS > roundingS) fail(row, `leaves a gap: expected ${show(beforeS + stepS)}, got ${show(timeS)}`);
  }
}
