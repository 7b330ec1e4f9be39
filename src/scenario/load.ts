/** From a file's name to a checked scenario: read and merge, shape, files, meaning. Each pass reports all it finds. */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { stringify } from "yaml";
import type { ZodType } from "zod";
import { serverKindSchema } from "../world/cluster/server-kind.ts";
import { type ReadText, readChain, readNamed } from "./extends.ts";
import { type Catalogue, FileLoader, groupsIn, resolvedSites } from "./files.ts";
import { checkMeaning } from "./meaning.ts";
import { isValueNotYet } from "./not-yet.ts";
import type { Parts } from "./parts.ts";
import type { Place } from "./place.ts";
import { type Problem, SpecError, showProblem } from "./problem.ts";
import { scenarioSchema } from "./schema.ts";
import { type Assignment, applySets, assignAll } from "./set.ts";
import { shape, valueAt } from "./shape.ts";
import { parseYaml } from "./source.ts";
import type { ScenarioShape, ScenarioSpec } from "./spec.ts";
import { TableCache } from "./table-cache.ts";
import { type MapTree, type Path, placeOf, toPlain } from "./tree.ts";

export interface LoadOptions {
  /** Assignments of `--set`, in order. */
  readonly set?: readonly string[];
  /** Values of a sweep's point, put in after `set`. */
  readonly assignments?: readonly Assignment[];
  /** Shared by loads of the same unchanged files. */
  readonly tables?: TableCache;
  /** Reads a text file. Errors of the file system become the user's error where the file was named. */
  readonly read: ReadText;
  /** The folder that paths in `set` start from. */
  readonly cwd: string;
  readonly catalogue: Catalogue;
}

export interface LoadedScenario {
  readonly spec: ScenarioSpec;
  /** Over the merged document and the content of every file it names. */
  readonly sha256: string;
  /** The merged document as YAML. */
  readonly text: string;
  /** One line each, in the style of errors. */
  readonly warnings: readonly string[];
  /** Every table and server kind that was read. */
  readonly files: readonly string[];
  /** Where a value of the document stands; for what only building finds. */
  placeOf(path: Path): Place;
}

/** Loads and checks one scenario. @throws {SpecError} with all problems of the first pass that fails. */
export function loadScenarioWith(parts: Parts, file: string, options: LoadOptions): LoadedScenario {
  const asSet = applySets(readChain(file, options.read), options.set ?? [], options.cwd);
  const tree = assignAll(asSet, options.assignments ?? []);
  const plain = toPlain(tree);
  const shaped = shapePass(tree, plain, parts);
  const { spec, loader } = filesPass(tree, shaped, parts, options);
  const { problems, warnings } = checkMeaning(spec, tree, parts);
  if (problems.length > 0) throw new SpecError(problems);
  const text = stringify(plain, { aliasDuplicateObjects: false });
  return {
    spec,
    text,
    sha256: sha256(text, loader.texts.values()),
    warnings: warnings.map(showProblem),
    files: [...loader.texts.keys()],
    placeOf: (path) => placeOf(tree, path),
  };
}

function shapePass(tree: MapTree, plain: unknown, parts: Parts): ScenarioShape {
  const shaped = shape(tree, plain, scenarioSchema(parts));
  const notYet: Problem[] = Object.keys(Object(valueAt(plain, ["workloads"]))).flatMap((name) => {
    const path = ["workloads", name, "mode"];
    const value = valueAt(plain, path);
    if (!isValueNotYet(path, value)) return [];
    return [{ place: placeOf(tree, path), message: `${path.join(".")} ${JSON.stringify(value)} is not supported yet` }];
  });
  const problems = shaped.ok ? notYet : [...shaped.problems, ...notYet];
  if (!shaped.ok || problems.length > 0) throw new SpecError(problems);
  return shaped.value;
}

function filesPass(tree: MapTree, scenario: ScenarioShape, parts: Parts, options: LoadOptions): { spec: ScenarioSpec; loader: FileLoader } {
  const loader = new FileLoader(options.read, tree, options.tables ?? new TableCache());
  const schema = kindSchema(parts);
  const keys = new Map<object, string>();
  const serverKinds: Record<string, ScenarioSpec["serverKinds"][string]> = {};
  for (const { group, path } of groupsIn(scenario)) {
    const { key, kind } = loader.serverKind(group, path, options.catalogue, schema);
    keys.set(group, key);
    if (kind !== undefined) serverKinds[key] = kind;
  }
  const withTables = loader.tables({ ...scenario, sites: resolvedSites(scenario, (group) => keys.get(group) as string) }, [], parts);
  if (loader.problems.length > 0) throw new SpecError(loader.problems);
  return { spec: { ...(withTables as Omit<ScenarioSpec, "serverKinds">), serverKinds }, loader };
}

/** Checks a server kind's own file. @throws {SpecError} */
export function checkServerKindWith(parts: Parts, file: string, read: ReadText): void {
  const source = { file, dir: dirname(file) };
  const tree = parseYaml(readNamed(read, file, { source, line: 0, col: 0 }, "the file"), source);
  const shaped = shape(tree, toPlain(tree), kindSchema(parts), "server");
  if (!shaped.ok) throw new SpecError(shaped.problems);
  const trouble = parts.powerProblem(shaped.value);
  if (trouble !== undefined)
    throw new SpecError([{ place: placeOf(tree, ["power"]), message: `power does not fit the clocks: ${trouble}` }]);
}

type KindSchema = ZodType<ScenarioSpec["serverKinds"][string]>;
const kindSchemas = new WeakMap<Parts, KindSchema>();

function kindSchema(parts: Parts): KindSchema {
  const known = kindSchemas.get(parts);
  if (known !== undefined) return known;
  const schema = serverKindSchema(parts.powerSchema) as unknown as KindSchema;
  kindSchemas.set(parts, schema);
  return schema;
}

function sha256(text: string, files: Iterable<string>): string {
  const hash = createHash("sha256").update(text);
  for (const content of files) hash.update(`\0${content.length}\0`).update(content);
  return hash.digest("hex");
}
