/** From a file's name to a checked scenario: read and merge, shape, files, meaning. Each pass reports all it finds. */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { stringify } from "yaml";
import { serverKindSchema } from "../world/cluster/server-kind.ts";
import { type GpuKindSpec, gpuKindSchema, gpuProblem } from "../world/serving/gpu-kind.ts";
import { type ModelKindSpec, modelKindSchema, modelProblem } from "../world/serving/model-kind.ts";
import { type ReadText, readChain, readNamed } from "./extends.ts";
import {
  type Catalogue,
  type FileAccess,
  FileLoader,
  groupsIn,
  type KindFiles,
  modelsIn,
  resolvedSites,
  resolvedWorkloads,
} from "./files.ts";
import { Findings } from "./findings.ts";
import { checkMeaning } from "./meaning.ts";
import type { Parts } from "./parts.ts";
import type { Place } from "./place.ts";
import { planServings } from "./plan-servings.ts";
import { SpecError, showProblem } from "./problem.ts";
import { scenarioSchema } from "./schema.ts";
import { type Assignment, applySets, assignAll } from "./set.ts";
import { shape } from "./shape.ts";
import { parseYaml } from "./source.ts";
import type { KindMaps, ScenarioShape, ScenarioSpec } from "./spec.ts";
import { TableCache } from "./table-cache.ts";
import { type MapTree, type Path, placeOf, type Tree, toPlain } from "./tree.ts";

export interface LoadOptions extends FileAccess {
  /** Assignments of `--set`, in order. */
  readonly set?: readonly string[];
  /** Values of a sweep's point, put in after `set`. */
  readonly assignments?: readonly Assignment[];
  /** Shared by loads of the same unchanged files. */
  readonly tables?: TableCache;
  /** The folder that paths in `set` start from. */
  readonly cwd: string;
  readonly catalogue: Catalogue;
}

export interface LoadedScenario {
  readonly spec: ScenarioSpec;
  /** Over the merged document and the content of every file it names. */
  readonly sha256: string;
  /** Over the content of every file it names alone. */
  readonly dataSha256: string;
  /** The merged document as YAML. */
  readonly text: string;
  /** One line each, in the style of errors. */
  readonly warnings: readonly string[];
  /** Every table, trace and kind that was read. */
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
  const planning = new Findings(tree);
  const plans = planServings(spec, parts, planning);
  if (planning.problems.length > 0) throw new SpecError(planning.problems);
  const text = stringify(plain, { aliasDuplicateObjects: false });
  const contents = [...loader.texts.values(), ...loader.digests.values()];
  return {
    spec: { ...spec, plans },
    text,
    sha256: sha256(text, contents),
    dataSha256: sha256("", contents),
    warnings: [...warnings, ...planning.warnings].map(showProblem),
    files: [...new Set([...loader.texts.keys(), ...loader.digests.keys()])],
    placeOf: (path) => placeOf(tree, path),
  };
}

function shapePass(tree: MapTree, plain: unknown, parts: Parts): ScenarioShape {
  const shaped = shape(tree, plain, scenarioSchema(parts));
  if (!shaped.ok) throw new SpecError(shaped.problems);
  return shaped.value;
}

function filesPass(tree: MapTree, scenario: ScenarioShape, parts: Parts, options: LoadOptions): { spec: ScenarioSpec; loader: FileLoader } {
  const loader = new FileLoader(options, tree, options.tables ?? new TableCache());
  const keys = new Map<object, string>();
  const read = <Kind>(named: { readonly kind: string }, path: Path, files: KindFiles<Kind>, kinds: Record<string, Kind>): void => {
    const { key, kind } = loader.kind(named.kind, [...path, "kind"], options.catalogue, files);
    keys.set(named, key);
    if (kind !== undefined) kinds[key] = kind;
  };
  const serverKinds: Record<string, ScenarioSpec["serverKinds"][string]> = {};
  const gpuKinds: Record<string, GpuKindSpec> = {};
  for (const { group, path } of groupsIn(scenario)) {
    read(group, path, serverFiles(parts), serverKinds);
    if (group.gpus !== undefined) read(group.gpus, [...path, "gpus"], GPU_FILES, gpuKinds);
  }
  const modelKinds: Record<string, ModelKindSpec> = {};
  for (const { model, path } of modelsIn(scenario)) read(model, path, MODEL_FILES, modelKinds);
  const keyOf = (named: object): string => keys.get(named) as string;
  const resolved = { ...scenario, sites: resolvedSites(scenario, keyOf), workloads: resolvedWorkloads(scenario, keyOf) };
  const withTables = loader.tables(resolved, [], parts) as Omit<ScenarioSpec, "plans" | KindMaps>;
  if (loader.problems.length > 0) throw new SpecError(loader.problems);
  return { spec: { ...withTables, serverKinds, gpuKinds, modelKinds, plans: {} }, loader };
}

/** Checks a server kind's own file. @throws {SpecError} */
export function checkServerKindWith(parts: Parts, file: string, read: ReadText): void {
  const { tree, kind } = readKind(file, read, serverFiles(parts));
  const trouble = parts.powerProblem(kind);
  if (trouble !== undefined)
    throw new SpecError([{ place: placeOf(tree, ["power"]), message: `power does not fit the clocks: ${trouble}` }]);
}

/** Checks a GPU kind's own file. @throws {SpecError} */
export function checkGpuKind(file: string, read: ReadText): void {
  const { tree, kind } = readKind(file, read, GPU_FILES);
  const trouble = gpuProblem(kind);
  if (trouble !== undefined) throw new SpecError([{ place: placeOf(tree, []), message: trouble }]);
}

function readKind<Kind>(file: string, read: ReadText, { schema, family }: KindFiles<Kind>): { tree: Tree; kind: Kind } {
  const source = { file, dir: dirname(file) };
  const tree = parseYaml(readNamed(read, file, { source, line: 0, col: 0 }, "the file"), source);
  const shaped = shape(tree, toPlain(tree), schema, family);
  if (!shaped.ok) throw new SpecError(shaped.problems);
  return { tree, kind: shaped.value };
}

/** Checks a model kind's own file. @throws {SpecError} */
export function checkModelKind(file: string, read: ReadText): void {
  const { tree, kind } = readKind(file, read, MODEL_FILES);
  const trouble = modelProblem(kind);
  if (trouble !== undefined) throw new SpecError([{ place: placeOf(tree, []), message: trouble }]);
}

const MODEL_FILES: KindFiles<ModelKindSpec> = { family: "model", schema: modelKindSchema };
const GPU_FILES: KindFiles<GpuKindSpec> = { family: "GPU", schema: gpuKindSchema };

type ServerFiles = KindFiles<ScenarioSpec["serverKinds"][string]>;
const serverFilesOf = new WeakMap<Parts, ServerFiles>();

function serverFiles(parts: Parts): ServerFiles {
  const known = serverFilesOf.get(parts);
  if (known !== undefined) return known;
  const files: ServerFiles = { family: "server", schema: serverKindSchema(parts.powerSchema) as unknown as ServerFiles["schema"] };
  serverFilesOf.set(parts, files);
  return files;
}

function sha256(text: string, files: Iterable<string>): string {
  const hash = createHash("sha256").update(text);
  for (const content of files) hash.update(`\0${content.length}\0`).update(content);
  return hash.digest("hex");
}
