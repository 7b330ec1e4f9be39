/** One value of a scenario, said from outside it: `--set a.b=value`, or a point of a sweep. */
import type { Place, Source } from "./place.ts";
import { SpecError } from "./problem.ts";
import { parseYaml } from "./source.ts";
import { nearest } from "./suggest.ts";
import { type Entry, isNull, type MapTree, showPath, type Tree } from "./tree.ts";

export interface Assignment {
  readonly path: readonly string[];
  readonly value: Tree;
  /** Where the path was said. */
  readonly place: Place;
}

/** Puts each assignment into the tree, in order. Paths in values are relative to `cwd`. @throws {SpecError} */
export function applySets(tree: MapTree, sets: readonly string[], cwd: string): MapTree {
  return assignAll(
    tree,
    sets.map((set) => readSet(set, cwd)),
  );
}

/** Puts each value where its path says, in order; a null removes. @throws {SpecError} where a path leads through a value. */
export function assignAll(tree: MapTree, assignments: readonly Assignment[]): MapTree {
  return assignments.reduce((soFar, { path, value, place }) => put(soFar, path, value, { place, path }) as MapTree, tree);
}

/** The steps of a path that may be set, or what is wrong with it. */
export function readPath(text: string): { readonly path: readonly string[] } | { readonly problem: "malformed" | "forbidden" } {
  const path = text.split(".");
  if (path.some((step) => step === "")) return { problem: "malformed" };
  return path[0] === "extends" || path.includes("__proto__") ? { problem: "forbidden" } : { path };
}

function readSet(assignment: string, cwd: string): Assignment {
  const source: Source = { file: `--set ${assignment}`, dir: cwd };
  const place: Place = { source, line: 0, col: 0 };
  const equals = assignment.indexOf("=");
  const said = assignment.slice(0, Math.max(equals, 0));
  const read = readPath(said);
  if ("path" in read) return { path: read.path, value: parseYaml(assignment.slice(equals + 1), source), place };
  if (read.problem === "forbidden") throw new SpecError([{ place, message: `${said} cannot be set` }]);
  throw new SpecError([{ place, message: "must be a path, =, and a value", hint: "Hint: --set workloads.web.replicas=3." }]);
}

interface Target {
  readonly place: Place;
  readonly path: readonly string[];
}

/** Sections whose entries have names of the user's own. */
const NAMED = ["sites", "workloads", "controllers", "faults"];

/** A field of something that is not there, beside something of nearly that name, is a slip: nobody adds things field by field. */
function checkStep(step: string, entries: ReadonlyMap<string, Entry>, stepsLeft: number, { place, path }: Target): void {
  if (stepsLeft === 0 || path.length - stepsLeft !== 2 || !NAMED.includes(path[0] as string) || entries.has(step)) return;
  const near = nearest(step, entries.keys());
  if (near === undefined) return;
  throw new SpecError([
    { place, message: `unknown name ${JSON.stringify(step)} in ${path[0]}`, hint: `Did you mean ${JSON.stringify(near)}?` },
  ]);
}

function put(tree: Tree | undefined, steps: readonly string[], value: Tree, target: Target): Tree {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (tree === undefined || tree.kind === "map") {
    const entries = new Map<string, Entry>(tree?.entries);
    checkStep(step, entries, rest.length, target);
    const below = entries.get(step);
    if (rest.length === 0 && isNull(value) && below !== undefined) entries.delete(step);
    else entries.set(step, { keyPlace: below?.keyPlace ?? target.place, value: put(below?.value, rest, value, target) });
    return { kind: "map", place: tree?.place ?? target.place, entries };
  }
  const index = Number(step);
  if (tree.kind === "list" && Number.isInteger(index) && index >= 0 && index < tree.items.length) {
    return { ...tree, items: tree.items.map((item, i) => (i === index ? put(item, rest, value, target) : item)) };
  }
  const above = showPath(target.path.slice(0, target.path.length - steps.length));
  const message =
    tree.kind === "list"
      ? `${above} is a list of ${tree.items.length} and has no item ${step}`
      : `${above} is not a mapping, so it has no ${step}`;
  throw new SpecError([{ place: target.place, message }]);
}
