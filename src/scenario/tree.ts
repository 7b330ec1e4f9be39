/** A document as a tree in which every value knows its place. */
import type { Place } from "./place.ts";

export type Tree = MapTree | ListTree | ScalarTree;
export interface MapTree {
  readonly kind: "map";
  readonly place: Place;
  readonly entries: ReadonlyMap<string, Entry>;
}
export interface ListTree {
  readonly kind: "list";
  readonly place: Place;
  readonly items: readonly Tree[];
}
export interface ScalarTree {
  readonly kind: "scalar";
  readonly place: Place;
  readonly value: string | number | boolean | null;
}
export interface Entry {
  readonly keyPlace: Place;
  readonly value: Tree;
}

export type Path = readonly PropertyKey[];

/** The values alone, keys in order. */
export function toPlain(tree: Tree): unknown {
  switch (tree.kind) {
    case "scalar":
      return tree.value;
    case "list":
      return tree.items.map(toPlain);
    case "map":
      return Object.fromEntries([...tree.entries].map(([key, entry]) => [key, toPlain(entry.value)]));
  }
}

/** The subtree at `path`, or undefined. */
export function at(tree: Tree, path: Path): Tree | undefined {
  let here: Tree | undefined = tree;
  for (const step of path) here = here === undefined ? undefined : child(here, step);
  return here;
}

function child(tree: Tree, step: PropertyKey): Tree | undefined {
  if (tree.kind === "map") return tree.entries.get(String(step))?.value;
  return tree.kind === "list" ? tree.items[Number(step)] : undefined;
}

/** The place of the value at `path`, or of the nearest value above it that exists. */
export function placeOf(tree: Tree, path: Path): Place {
  let here = tree;
  for (const step of path) {
    const next = child(here, step);
    if (next === undefined) break;
    here = next;
  }
  return here.place;
}

/** The place of the key that ends `path`. */
export function keyPlaceOf(tree: Tree, path: Path): Place {
  const parent = at(tree, path.slice(0, -1));
  const entry = parent?.kind === "map" ? parent.entries.get(String(path.at(-1))) : undefined;
  return entry?.keyPlace ?? placeOf(tree, path);
}

/**
 * Deep merge: maps by key, in the order of `base`, then what `over` adds; anything else replaces.
 * A null in `over` removes the key; a null that has nothing to remove stays, for the shape pass to refuse.
 */
export function merge(base: Tree, over: Tree): Tree {
  if (base.kind !== "map" || over.kind !== "map") return over;
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const below = entries.get(key);
    if (isNull(entry.value) && below !== undefined) entries.delete(key);
    else entries.set(key, below === undefined ? entry : { keyPlace: entry.keyPlace, value: merge(below.value, entry.value) });
  }
  return { kind: "map", place: over.place, entries };
}

export function isNull(tree: Tree): boolean {
  return tree.kind === "scalar" && tree.value === null;
}

/** A path as a user writes it: a.b.0.c */
export function showPath(path: Path): string {
  return path.map(String).join(".");
}
