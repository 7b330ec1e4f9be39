/** `extends`: a file stands on another, by deep merge. */
import { dirname, isAbsolute, join, normalize } from "node:path";
import type { Place } from "./place.ts";
import { SpecError } from "./problem.ts";
import { parseYaml } from "./source.ts";
import { type MapTree, merge, type Tree } from "./tree.ts";

/** Reads a whole file as text. @throws whatever the file system throws; the loader adds the place. */
export type ReadText = (file: string) => string;

/** Resolves a path that a value names, against the folder of the file where the value stands. */
export function resolveFrom(place: Place, file: string): string {
  return isAbsolute(file) ? file : normalize(join(place.source.dir, file));
}

/** Reads a file that `place` names; an unreadable one is the user's error there. */
export function readNamed(read: ReadText, file: string, place: Place, what: string): string {
  try {
    return read(file);
  } catch (error) {
    throw new SpecError([{ place, message: `${what} ${JSON.stringify(file)} ${whyUnreadable(error)}` }]);
  }
}

/** Node's file errors by code; anything else is not the user's doing and passes through. */
export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "does not exist";
  if (code === "EISDIR") return "is a folder";
  if (code === "EACCES" || code === "EPERM") return "may not be read";
  if (code === "ENOTDIR" || code === "ENAMETOOLONG" || code === "ELOOP") return "cannot be opened";
  throw error;
}

/** A scenario file with all it extends, merged. `extends` itself is gone. @throws {SpecError} */
export function readChain(file: string, read: ReadText): MapTree {
  return readLink(file, read, undefined, []);
}

function readLink(file: string, read: ReadText, from: Place | undefined, chain: readonly string[]): MapTree {
  const source = from === undefined ? { file, dir: dirname(file) } : { file, dir: dirname(file), from };
  const start = { source, line: 0, col: 0 };
  const names = [...chain, file];
  if (from !== undefined && chain.includes(file)) {
    throw new SpecError([{ place: from, message: `extends leads back to ${JSON.stringify(file)} (${names.join(" -> ")})` }]);
  }
  const text = readNamed(read, file, from ?? start, from === undefined ? "the file" : "extends: the file");
  const tree = parseYaml(text, source);
  if (tree.kind !== "map") throw new SpecError([{ place: tree.place, message: "a scenario must be a mapping of keys to values" }]);
  const entry = tree.entries.get("extends");
  if (entry === undefined) return tree;
  const entries = new Map(tree.entries);
  entries.delete("extends");
  const own: Tree = { ...tree, entries };
  const base = entry.value;
  if (base.kind !== "scalar" || typeof base.value !== "string") {
    throw new SpecError([{ place: base.place, message: "extends must be the path of a file", hint: 'Hint: "base.yaml".' }]);
  }
  const parent = readLink(resolveFrom(base.place, base.value), read, base.place, names);
  return merge(parent, own) as MapTree;
}
