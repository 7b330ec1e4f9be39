/** Tables under traces/, which claims are held against. */
import { readCsv } from "../world/workload/index.ts";
import { packageText } from "./package-files.ts";

/** The named columns of numbers of `traces/<file>`. @throws {Error} if it is not there, {TableError} if a column or a number is not. */
export function traceColumns<Name extends string>(file: string, names: readonly Name[]): Readonly<Record<Name, Float64Array>> {
  const lines = packageText(`traces/${file}`).split("\n");
  return readCsv(
    lines,
    file,
    names.map((name) => ({ name })),
  ).numbers as Record<Name, Float64Array>;
}
