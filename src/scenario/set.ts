/** `--set a.b=value`: one value of a scenario, said on the command line. */
import type { Place, Source } from "./place.ts";
import { SpecError } from "./problem.ts";
import { parseYaml } from "./source.ts";
import { type Entry, isNull, type MapTree, showPath, type Tree } from "./tree.ts";

/** Puts each assignment into the tree, in order. Paths in values are relative to `cwd`. @throws {SpecError} */
export function applySets(tree: MapTree, sets: readonly string[], cwd: string): MapTree {
  return sets.reduce((soFar, assignment) => applySet(soFar, assignment, cwd), tree);
}

function applySet(tree: MapTree, assignment: string, cwd: string): MapTree {
  const source: Source = { file: `--set ${assignment}`, dir: cwd };
  const place: Place = { source, line: 0, col: 0 };
  const equals = assignment.indexOf("=");
  const path = assignment.slice(0, Math.max(equals, 0)).split(".");
  if (equals < 0 || path.some((step) => step === "")) {
    throw new SpecError([{ place, message: "must be a path, =, and a value", hint: "Hint: --set workloads.web.replicas=3." }]);
  }
  if (path[0] === "extends" || path.includes("__proto__")) throw new SpecError([{ place, message: `${path.join(".")} cannot be set` }]);
  return put(tree, path, parseYaml(assignment.slice(equals + 1), source), { place, path }) as MapTree;
}

interface Target {
  readonly place: Place;
  readonly path: readonly string[];
}

function put(tree: Tree | undefined, steps: readonly string[], value: Tree, target: Target): Tree {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (tree === undefined || tree.kind === "map") {
    const entries = new Map<string, Entry>(tree?.entries);
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
