/** Tables under traces/, which claims are held against. */
import { existsSync, readFileSync } from "node:fs";
import { readCsv } from "../world/workload/index.ts";

/** The named columns of numbers of `traces/<file>`. @throws {Error} if it is not there, {TableError} if a column or a number is not. */
export function traceColumns<Name extends string>(file: string, names: readonly Name[]): Readonly<Record<Name, Float64Array>> {
  const lines = readFileSync(new URL(`traces/${file}`, packageFolder()), "utf8").split("\n");
  return readCsv(
    lines,
    file,
    names.map((name) => ({ name })),
  ).numbers as Record<Name, Float64Array>;
}

/** Above the bundle (dist/) as well as above the compiled sources (dist/src/claims/). */
function packageFolder(): URL {
  for (let folder = new URL(".", import.meta.url); ; folder = new URL("..", folder)) {
    if (existsSync(new URL("package.json", folder))) return folder;
    if (folder.pathname === "/") throw new Error(`no package.json above ${import.meta.url}`);
  }
}
