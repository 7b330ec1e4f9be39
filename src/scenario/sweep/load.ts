/** From a sweep file to its points, each a checked and loaded scenario. */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { type ReadText, readNamed, resolveFrom } from "../extends.ts";
import type { Catalogue, FileAccess } from "../files.ts";
import { Findings } from "../findings.ts";
import type { LoadedScenario, LoadOptions } from "../load.ts";
import { checkMetricName } from "../meaning-expect.ts";
import type { Parts } from "../parts.ts";
import { type Problem, SpecError, showProblem } from "../problem.ts";
import { shape } from "../shape.ts";
import { parseYaml } from "../source.ts";
import { TableCache } from "../table-cache.ts";
import { at, type Tree, toPlain } from "../tree.ts";
import { baselinesOf } from "./baseline.ts";
import { type Point, pathsOf, pointsOf } from "./points.ts";
import { RUNS_MAX, type SweepShape, sweepSchema } from "./schema.ts";
import { showValues, type Values } from "./values.ts";

export interface LoadedSweep {
  readonly kind: SweepShape["vary"]["kind"];
  /** The varied paths, in the order of the file. */
  readonly paths: readonly string[];
  readonly seeds: readonly number[];
  readonly points: readonly LoadedPoint[];
  readonly compare?: {
    readonly metric: string;
    /** The index of the point that each point is compared with. */
    readonly baselineOf: readonly number[];
  };
  /** One line each, in the style of errors. */
  readonly warnings: readonly string[];
  /** Over the points, the files they name, and the seeds: whatever decides a run. */
  readonly sha256: string;
}
export interface LoadedPoint {
  readonly values: Values;
  readonly scenario: LoadedScenario;
}

export interface SweepOptions extends FileAccess {
  readonly parts: Parts;
  readonly cwd: string;
  readonly catalogue: Catalogue;
  /** Loads one scenario. @throws {SpecError} */
  load(file: string, options: LoadOptions): LoadedScenario;
}

/** Loads a sweep and every scenario it asks for. @throws {SpecError} with all problems of the first pass that fails. */
export function loadSweepWith(file: string, options: SweepOptions): LoadedSweep {
  const source = { file, dir: dirname(file) };
  const tree = parseYaml(readNamed(options.read, file, { source, line: 0, col: 0 }, "the file"), source);
  const shaped = shape(tree, toPlain(tree), sweepSchema);
  if (!shaped.ok) throw new SpecError(shaped.problems);
  const { scenario, seeds, vary, compare } = shaped.value;
  const findings = new Findings(tree);
  const points = pointsOf(vary, tree, findings);
  const values = points.map(valuesOf);
  const runCount = points.length * seeds.length;
  if (runCount > RUNS_MAX) findings.problem(["seeds"], `and vary make ${runCount} runs, at most ${RUNS_MAX}`);
  if (findings.problems.length === 0 && vary.kind !== "sampled") checkDistinct(values, findings);
  const baselineOf = compare === undefined || findings.problems.length > 0 ? [] : checkCompare(shaped.value, compare, values, findings);
  if (findings.problems.length > 0) throw new SpecError(findings.problems);

  const named = resolveFrom((at(tree, ["scenario"]) as Tree).place, scenario);
  const loaded = loadPoints(named, points, values, options);
  if (compare !== undefined) checkMetric(compare.metric, loaded, options.parts, findings);
  const unused = `${named}: precision is ignored: the sweep's seeds say which runs there are.`;
  return {
    kind: vary.kind,
    paths: pathsOf(vary),
    seeds,
    points: loaded,
    ...(compare !== undefined && { compare: { metric: compare.metric, baselineOf } }),
    warnings: [...new Set(loaded.flatMap(({ scenario: { spec, warnings } }) => (spec.precision ? [...warnings, unused] : warnings)))],
    sha256: digest(loaded, seeds),
  };
}

function valuesOf(point: Point): Values {
  return Object.fromEntries(point.map(({ path, value }) => [path.join("."), toPlain(value)]));
}

function checkDistinct(values: readonly Values[], findings: Findings): void {
  const first = new Map<string, number>();
  for (const [i, point] of values.entries()) {
    const key = JSON.stringify(point);
    const same = first.get(key);
    if (same === undefined) first.set(key, i);
    else {
      findings.problem(["vary"], `makes points ${same + 1} and ${i + 1} the same (${showValues(point)})`);
      return;
    }
  }
}

function checkCompare(sweep: SweepShape, compare: { readonly baseline: Values }, values: readonly Values[], findings: Findings) {
  if (sweep.vary.kind === "sampled") {
    findings.problem(["compare"], "needs points that can be named, and sampled ones cannot", "Use grid or zip.");
    return [];
  }
  if (sweep.seeds.length < 2) findings.problem(["compare"], "needs at least two seeds: one pair of runs has no interval");
  return baselinesOf(sweep.vary.kind, values, compare.baseline, findings);
}

/** At every point: a sweep may vary what a scenario has. @throws {SpecError} at the first that lacks the metric. */
function checkMetric(metric: string, points: readonly LoadedPoint[], parts: Parts, findings: Findings): void {
  for (const { scenario } of points) {
    checkMetricName(metric, ["compare", "metric"], { spec: scenario.spec, parts }, findings);
    if (findings.problems.length > 0) throw new SpecError(findings.problems);
  }
}

function loadPoints(file: string, points: readonly Point[], values: readonly Values[], options: SweepOptions): readonly LoadedPoint[] {
  const { cwd, catalogue, load, readBytes, locate } = options;
  const texts = new Map<string, string>();
  const read: ReadText = (path) => {
    const text = texts.get(path) ?? options.read(path);
    texts.set(path, text);
    return text;
  };
  const tables = new TableCache();
  const problems: Found[] = [];
  const loaded = points.flatMap((assignments, i): readonly LoadedPoint[] => {
    try {
      return [{ values: values[i] as Values, scenario: load(file, { assignments, read, readBytes, locate, cwd, catalogue, tables }) }];
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      for (const problem of error.problems) problems.push({ problem, point: i });
      return [];
    }
  });
  if (problems.length > 0) throw new SpecError(together(problems, values));
  return loaded;
}

interface Found {
  readonly problem: Problem;
  readonly point: number;
}

/** Each problem once, with the first point that has it; without a point where all have it. */
function together(found: readonly Found[], values: readonly Values[]): readonly Problem[] {
  const groups = new Map<string, Found[]>();
  for (const one of found) {
    const text = showProblem(one.problem);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [one]);
    else group.push(one);
  }
  return [...groups.values()].map((group) => {
    const { problem, point } = group[0] as Found;
    if (group.length === values.length) return problem;
    const more = group.length > 1 ? ` and ${group.length - 1} more` : "";
    return { ...problem, message: `${problem.message} at point ${point + 1} (${showValues(values[point] as Values)})${more}` };
  });
}

function digest(points: readonly LoadedPoint[], seeds: readonly number[]): string {
  const document = { seeds, points: points.map(({ values, scenario }) => ({ values, sha256: scenario.sha256 })) };
  return createHash("sha256").update(JSON.stringify(document)).digest("hex");
}
