/** Files that are read a piece at a time, each time anew: none stays open, so that a run that is given up leaves nothing behind. */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type FileBytes, type ReadPiece, readHeld } from "../world/base/bytes.ts";
import { SpecError } from "./problem.ts";

/** Where the bytes of a plain file are; undefined for a packed one, a pipe, and whatever else must be read at once. */
export function locateFile(path: string): FileBytes | undefined {
  if (path.endsWith(".gz")) return undefined;
  const entry = statSync(path);
  return entry.isFile() ? { path, size: entry.size, mtimeMs: entry.mtimeMs } : undefined;
}

export const readPiece: ReadPiece = (from, position, into) => {
  if ("held" in from) return readHeld(from.held, position, into);
  const file = openSync(from.path, "r");
  try {
    const { size, mtimeMs } = fstatSync(file);
    if (size !== from.size || mtimeMs !== from.mtimeMs) hasChanged(from.path);
    return readSync(file, into, 0, into.length, position);
  } finally {
    closeSync(file);
  }
};

function hasChanged(file: string): never {
  const place = { source: { file, dir: dirname(file) }, line: 0, col: 0 };
  throw new SpecError([{ place, message: "has changed since it was checked", hint: "Run again." }]);
}
