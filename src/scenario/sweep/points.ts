/** From `vary:` to the points of a sweep, each a list of values for paths of the scenario. */
import { rootRng } from "../../kernel/index.ts";
import { type LawSpec, makeLaw } from "../../world/workload/index.ts";
import type { Findings } from "../findings.ts";
import { type Assignment, readPath } from "../set.ts";
import { at, keyPlaceOf, type Tree } from "../tree.ts";
import { POINTS_MAX, type VaryShape } from "./schema.ts";

export type Point = readonly Assignment[];

/** The varied paths, in the order of the file. */
export function pathsOf(vary: VaryShape): readonly string[] {
  const own = vary.kind === "sampled" ? ["kind", "count", "seed"] : ["kind"];
  return Object.keys(vary).filter((key) => !own.includes(key));
}

/** Every point, in order; what is wrong goes to `findings`, and there are no points then. */
export function pointsOf(vary: VaryShape, tree: Tree, findings: Findings): readonly Point[] {
  const paths = pathsOf(vary);
  if (paths.length === 0)
    findings.problem(["vary"], "must name at least one path of the scenario", 'Hint: "workloads.web.replicas": [1, 2].');
  for (const path of paths) checkPath(path, findings);
  if (findings.problems.length > 0) return [];
  const columns = paths.map((path) => columnOf(vary, path, tree));
  switch (vary.kind) {
    case "grid":
      return gridOf(columns, findings);
    case "zip":
      return zipOf(columns, paths, findings);
    case "sampled":
      return rowsOf(columns);
  }
}

function checkPath(path: string, findings: Findings): void {
  const read = readPath(path);
  if (path === "seed") findings.problem(["vary", path], "cannot be varied", "`seeds` says which seeds every point runs with.");
  else if (!("path" in read)) findings.problem(["vary", path], read.problem === "forbidden" ? "cannot be varied" : "is not a path");
}

/** The values of one path: those of a list, or (sampled) one for each point. */
function columnOf(vary: VaryShape, key: string, tree: Tree): readonly Assignment[] {
  const said = at(tree, ["vary", key]) as Tree;
  const place = keyPlaceOf(tree, ["vary", key]);
  const path = key.split(".");
  const assign = (value: Tree): Assignment => ({ path, value, place });
  const listed = said.kind === "list" ? said.items.map(assign) : [];
  if (vary.kind !== "sampled") return listed;
  const rng = rootRng(vary.seed).fork(`sweep.${key}`);
  if (said.kind === "list") return Array.from({ length: vary.count }, () => listed[rng.int(listed.length)] as Assignment);
  const law = makeLaw(vary[key] as LawSpec).factory(rng);
  return Array.from({ length: vary.count }, () => assign({ kind: "scalar", place: said.place, value: law.draw() }));
}

/** The first path varies slowest. */
function gridOf(columns: readonly (readonly Assignment[])[], findings: Findings): readonly Point[] {
  const count = columns.reduce((product, column) => product * column.length, 1);
  if (count > POINTS_MAX) {
    findings.problem(["vary"], `makes ${count} points, at most ${POINTS_MAX}`);
    return [];
  }
  return columns.reduce<readonly Point[]>(
    (points, column) => points.flatMap((point) => column.map((assignment) => [...point, assignment])),
    [[]],
  );
}

function zipOf(columns: readonly (readonly Assignment[])[], paths: readonly string[], findings: Findings): readonly Point[] {
  const length = columns[0]?.length ?? 0;
  for (const [i, column] of columns.entries()) {
    if (column.length === length) continue;
    findings.problem(["vary", paths[i] as string], `must have as many values as ${paths[0]} (${length}), got ${column.length}`);
  }
  return findings.problems.length > 0 ? [] : rowsOf(columns);
}

function rowsOf(columns: readonly (readonly Assignment[])[]): readonly Point[] {
  return (columns[0] ?? []).map((_, i) => columns.map((column) => column[i] as Assignment));
}
