/** The files a scenario names: tables and traces, read by the plugin whose field names them, stored policies, and kinds. */
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import type { ZodType } from "zod";
import { CheckpointError } from "../learn/nets/manifest.ts";
import { unpackPolicy } from "../learn/policy-file.ts";
import type { FileBytes } from "../world/base/bytes.ts";
import type { AnyPlugin } from "../world/base/plugin.ts";
import type { StoredPolicy } from "../world/base/policy-field.ts";
import { type FileReader, type FileScanner, TableError } from "../world/base/table.ts";
import { type ReadText, resolveFrom, whyUnreadable } from "./extends.ts";
import { type Family, familyAt, listName } from "./family.ts";
import type { Parts } from "./parts.ts";
import type { Place } from "./place.ts";
import { type Problem, SpecError } from "./problem.ts";
import { shape } from "./shape.ts";
import { parseYaml } from "./source.ts";
import type { GpuGroupSpec, Groups, ScenarioShape, ServedModelSpec, ServerGroupSpec, SiteSpec, WorkloadSpec } from "./spec.ts";
import { readPiece } from "./stored-bytes.ts";
import { nearest } from "./suggest.ts";
import type { TableCache } from "./table-cache.ts";
import { type Path, placeOf, showPath, type Tree, toPlain } from "./tree.ts";

/** Reads a whole file as bytes. @throws as `ReadText` */
export type ReadBytes = (file: string) => Uint8Array;

export interface Catalogue {
  /** The folder that holds `servers/<kind>.yaml` and folders of other kinds. */
  readonly dir: string;
  /** Names of the files in a folder, for "did you mean". */
  list?(dir: string): readonly string[];
}

/** How files are read. Errors of the file system become the user's error where the file was named. */
export interface FileAccess {
  /** A whole file as text. */
  readonly read: ReadText;
  /** The weights of a stored policy; only those who name none can do without. */
  readonly readBytes?: ReadBytes | undefined;
  /** Where a file's bytes are, if it can be read again and piece by piece; without it none can, and traces are held. */
  readonly locate?: ((file: string) => FileBytes | undefined) | undefined;
}

/** A family of kinds that are files: where they lie in the catalogue is what `cybertwin list` calls them. */
export interface KindFiles<Kind> {
  readonly family: Extract<Family, "server" | "GPU" | "model">;
  readonly schema: ZodType<Kind>;
}

/** Reads what a scenario names, once each, and keeps the problems together. */
export class FileLoader {
  readonly problems: Problem[] = [];
  /** Text of every file read as a whole, in order of first reading. */
  readonly texts = new Map<string, string>();
  /** SHA-256 of every other. */
  readonly digests = new Map<string, string>();
  readonly #access: FileAccess;
  readonly #tree: Tree;
  readonly #tables: TableCache;

  constructor(access: FileAccess, tree: Tree, tables: TableCache) {
    this.#access = access;
    this.#tree = tree;
    this.#tables = tables;
  }

  /** A copy of `value` in which every file field holds its table or its policy. */
  tables(value: unknown, path: Path, parts: Parts): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item, i) => this.tables(item, [...path, i], parts));
    const kind = "kind" in value && typeof value.kind === "string" ? value.kind : undefined;
    const readers = kind === undefined ? {} : readersOf(path, kind, parts);
    const policies = kind === undefined ? [] : (pluginAt(path, kind, parts)?.policies ?? []);
    const entries = Object.entries(value).map(([key, inner]) => {
      const reader = Object.hasOwn(readers, key) ? readers[key] : undefined;
      const fieldPath = [...path, key];
      if (policies.includes(key) && typeof inner === "string") return [key, this.#policy(inner, fieldPath)];
      return [
        key,
        reader !== undefined && typeof inner === "string" ? this.#table(inner, fieldPath, reader) : this.tables(inner, fieldPath, parts),
      ];
    });
    return Object.fromEntries(entries);
  }

  #table(named: string, path: Path, reader: FileReader): unknown {
    const place = placeOf(this.#tree, path);
    const file = resolveFrom(place, named);
    const what = `${showPath(path)}: the file`;
    if (typeof reader !== "function") return this.#orProblem(file, place, what, () => this.#scan(reader, file));
    const text = this.#text(file, place, what);
    if (text === undefined) return undefined;
    return this.#orProblem(file, place, what, () => this.#tables.get(reader, file, () => reader(linesOf(text), file)));
  }

  #scan(scanner: FileScanner<unknown>, file: string): unknown {
    const { locate, read } = this.#access;
    const { found, sha256 } = this.#tables.get(scanner, file, () => {
      const bytes = locate?.(file) ?? { held: new TextEncoder().encode(read(file)) };
      const hash = createHash("sha256");
      const found = scanner.scan(bytes, file, (from, position, into) => {
        const count = readPiece(from, position, into);
        hash.update(into.subarray(0, count));
        return count;
      });
      return { found, sha256: hash.digest("hex") };
    });
    this.digests.set(file, sha256);
    return found;
  }

  #policy(named: string, path: Path): StoredPolicy | undefined {
    const place = placeOf(this.#tree, path);
    const file = resolveFrom(place, named);
    const what = `${showPath(path)}: the file`;
    const manifest = this.#text(file, place, what);
    if (manifest === undefined) return undefined;
    const weightsFile = file.replace(/(\.json)?$/, ".bin");
    const { readBytes } = this.#access;
    if (readBytes === undefined) throw new Error(`nobody reads bytes, and ${file} is a policy`);
    try {
      // The manifest holds the checksum of the weights: its text stands for both.
      return { file, ...unpackPolicy(manifest, readBytes(weightsFile)) };
    } catch (error) {
      const why = error instanceof CheckpointError ? `${JSON.stringify(file)}: ${error.message}` : undefined;
      this.problems.push({ place, message: `${what} ${why ?? `${JSON.stringify(weightsFile)} ${whyUnreadable(error)}`}` });
      return undefined;
    }
  }

  #text(file: string, place: Place, what: string): string | undefined {
    return this.#orProblem(file, place, what, () => {
      const text = this.texts.get(file) ?? this.#access.read(file);
      this.texts.set(file, text);
      return text;
    });
  }

  /** What `work` makes of the file, or undefined where it cannot be read, or holds what it must not. */
  #orProblem<T>(file: string, place: Place, what: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (error instanceof TableError) {
        const source = { file: error.file, dir: dirname(file), from: place };
        this.problems.push({ place: { source, line: error.line, col: 0 }, message: error.message });
      } else this.problems.push({ place, message: `${what} ${JSON.stringify(file)} ${whyUnreadable(error)}` });
      return undefined;
    }
  }

  /** The kind that `path` names, and the key to keep it under. */
  kind<Kind>(named: string, path: Path, catalogue: Catalogue, files: KindFiles<Kind>): { key: string; kind: Kind | undefined } {
    const place = placeOf(this.#tree, path);
    const isPath = /[/\\]|\.ya?ml$/.test(named);
    const key = isPath ? resolveFrom(place, named) : named;
    const folder = listName(files.family) as string;
    const file = isPath ? key : join(catalogue.dir, folder, `${named}.yaml`);
    if (!isPath && !this.#inCatalogue(file)) {
      this.problems.push(unknownKind(named, files.family, place, { catalogue, folder }));
      return { key, kind: undefined };
    }
    const text = this.#text(file, place, `${showPath(path)}: the file`);
    return { key, kind: text === undefined ? undefined : this.#parseKind(text, file, place, files) };
  }

  #inCatalogue(file: string): boolean {
    if (this.texts.has(file)) return true;
    try {
      this.texts.set(file, this.#access.read(file));
      return true;
    } catch (error) {
      whyUnreadable(error); // throws on what is not about the file
      return false;
    }
  }

  #parseKind<Kind>(text: string, file: string, from: Place, { schema, family }: KindFiles<Kind>): Kind | undefined {
    try {
      const tree = parseYaml(text, { file, dir: dirname(file), from });
      const shaped = shape(tree, toPlain(tree), schema, family);
      if (shaped.ok) return shaped.value;
      this.problems.push(...shaped.problems);
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      this.problems.push(...error.problems);
    }
    return undefined;
  }
}

function unknownKind(kind: string, family: Family, place: Place, { catalogue, folder }: { catalogue: Catalogue; folder: string }): Problem {
  const names = (catalogue.list?.(join(catalogue.dir, folder)) ?? [])
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => basename(file, ".yaml"));
  const near = nearest(kind, names);
  const hint = `${near === undefined ? "" : `Did you mean ${JSON.stringify(near)}? `}See \`cybertwin list ${folder}\`, or name a file: "./mine.yaml".`;
  return { place, message: `unknown ${family} kind ${JSON.stringify(kind)}`, hint };
}

/** The models of all workloads with their paths, in declared order. */
export function modelsIn(scenario: ScenarioShape): { model: ServedModelSpec; path: Path }[] {
  return Object.entries(scenario.workloads).flatMap(([name, workload]) =>
    workload.kind !== "model-serving"
      ? []
      : Object.entries(workload.models).map(([key, model]) => ({ model, path: ["workloads", name, "models", key] })),
  );
}

/** Workloads with the kinds of models replaced by the keys of `modelKinds`. */
export function resolvedWorkloads(scenario: ScenarioShape, keyOf: (model: ServedModelSpec) => string): Record<string, WorkloadSpec> {
  const resolved = (workload: WorkloadSpec): WorkloadSpec => {
    if (workload.kind !== "model-serving") return workload;
    const models = Object.entries(workload.models).map(([key, model]) => [key, { ...model, kind: keyOf(model) }] as const);
    return { ...workload, models: Object.fromEntries(models) };
  };
  return Object.fromEntries(Object.entries(scenario.workloads).map(([name, workload]) => [name, resolved(workload)]));
}

/** Every group of servers with its path, sites in declared order. */
export function groupsIn(scenario: ScenarioShape): { group: ServerGroupSpec; path: Path }[] {
  const found: { group: ServerGroupSpec; path: Path }[] = [];
  const visit = (groups: Groups | undefined, path: Path): void => {
    for (const [i, group] of listOf(groups).entries()) found.push({ group, path: Array.isArray(groups) ? [...path, i] : path });
  };
  for (const [site, spec] of Object.entries(scenario.sites)) {
    for (const [rack, { servers }] of Object.entries(spec.racks)) visit(servers, ["sites", site, "racks", rack, "servers"]);
    visit(spec.servers, ["sites", site, "servers"]);
  }
  return found;
}

/** Sites with their groups as lists, kinds replaced by the keys of `serverKinds` and `gpuKinds`. */
export function resolvedSites(scenario: ScenarioShape, keyOf: (group: ServerGroupSpec | GpuGroupSpec) => string): Record<string, SiteSpec> {
  const resolved = (groups: Groups | undefined): ServerGroupSpec[] =>
    listOf(groups).map((group) => {
      const { gpus } = group;
      return { ...group, kind: keyOf(group), ...(gpus === undefined ? {} : { gpus: { ...gpus, kind: keyOf(gpus) } }) };
    });
  const sites = Object.entries(scenario.sites).map(([name, site]): [string, SiteSpec] => {
    const racks = Object.entries(site.racks).map(([rack, spec]) => [rack, { ...spec, servers: resolved(spec.servers) }] as const);
    return [name, { ...site, racks: Object.fromEntries(racks), servers: resolved(site.servers) }];
  });
  return Object.fromEntries(sites);
}

function listOf(groups: Groups | undefined): readonly ServerGroupSpec[] {
  return groups === undefined ? [] : Array.isArray(groups) ? groups : [groups as ServerGroupSpec];
}

function readersOf(path: Path, kind: string, parts: Parts): Readonly<Record<string, FileReader>> {
  const family = familyAt(path);
  if (family === "PUE") return { file: parts.pueReader };
  const files = pluginAt(path, kind, parts)?.files ?? {};
  return family === "fault" ? { trace: parts.faultTraceReader, ...files } : files;
}

function pluginAt(path: Path, kind: string, parts: Parts): AnyPlugin | undefined {
  const family = familyAt(path);
  if (family === "controller") return parts.controllers.get(kind);
  return family === "fault" ? parts.faults.get(kind) : parts.registries[family]?.get(kind);
}

function* linesOf(text: string): Iterable<string> {
  let from = text.startsWith("\uFEFF") ? 1 : 0;
  while (from < text.length) {
    const end = text.indexOf("\n", from);
    const line = text.slice(from, end < 0 ? text.length : end);
    yield line.endsWith("\r") ? line.slice(0, -1) : line;
    if (end < 0) return;
    from = end + 1;
  }
}
