/** The commands' real engine. Rooms load when first asked for: `list` does not pay for charts. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { type LoadedSpec, runSeed, withoutRows } from "../experiment/run.ts";
import type { EnvSource } from "../scenario/env-source.ts";
import type { LoadedGate } from "../scenario/gate/load.ts";
import { locateFile } from "../scenario/stored-bytes.ts";
import { tInterval } from "../stats/index.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Engine, EnvOptions, KindList, LoadedScenario, LoadedSweep, LoadOptions, MadeEnvs } from "./engine.ts";
import { packageRoot, packageVersion } from "./package-root.ts";
import { UsageError } from "./usage-error.ts";
import { worldVersion } from "./world-version.ts";

export function engine(): Engine {
  const version = packageVersion();
  return {
    version,
    loadScenario,
    loadSweep,
    makeEnvs,
    loadEvaluation: async (words, cwd) => (await import("../scenario/index.ts")).loadEvaluation(words, reading(cwd)),
    loadGate: async (file, cwd) => (await import("../scenario/index.ts")).loadGate(file, reading(cwd)),
    worldVersion,
    check,
    runSeed: (loaded, seed, hooks) => runSeed(loaded as LoadedSpec, seed, hooks),
    meanInterval: tInterval,
    schemas: async () => {
      const [{ gateJsonSchema, scenarioJsonSchema, sweepJsonSchema }, { trainingJsonSchema }] = await Promise.all([
        import("../scenario/index.ts"),
        import("../scenario/training/schema.ts"),
      ]);
      return { scenario: scenarioJsonSchema(), sweep: sweepJsonSchema(), training: trainingJsonSchema(), gate: gateJsonSchema() };
    },
    kinds,
    format: async (output, format) => {
      if (format === "json") return (await import("../report/to-json.ts")).toJson(output);
      return (await import("../report/to-table.ts")).toTable(output, { color: process.stdout.isTTY === true });
    },
    files: async (output) => {
      const [{ runFiles }, { fluidServices }] = await Promise.all([
        import("../report/run-folder.ts"),
        import("../report/fluid-services.ts"),
      ]);
      return { ...runFiles(output), "meta.json": metaJson(version, { ...output, fluid: fluidServices(output) }) };
    },
    checkFolder: async (folder, options) => {
      const { checkFolder, OutputFolderError } = await import("../report/write-folder.ts");
      return forUser(OutputFolderError, () => checkFolder(folder, options));
    },
    writeFolder: async (folder, files, options) => {
      const { OutputFolderError, writeFolder } = await import("../report/write-folder.ts");
      return forUser(OutputFolderError, () => writeFolder(folder, files, options));
    },
    readFolder: async (folder) => {
      const [{ fromFolder }, { StoredResultError }] = await Promise.all([
        import("../report/run-folder.ts"),
        import("../report/series-json.ts"),
      ]);
      return forUser(StoredResultError, () => fromFolder(folder));
    },
    page: async (output) => (await import("../report/html/page.ts")).renderReport(output),
    formatSweep: async (output, format, metrics) => {
      if (format === "json") return (await import("../report/sweep/to-json.ts")).sweepToJson(output);
      return (await import("../report/sweep/to-table.ts")).sweepToTable(output, metrics);
    },
    sweepFiles: async (output) => {
      const { sweepFiles } = await import("../report/sweep/folder.ts");
      const { sha256, seeds, name } = output;
      return { ...sweepFiles(output), "meta.json": metaJson(version, { scenario: { sha256, file: name }, seeds }) };
    },
    ...trainingEngine(version),
    sweepPage: async (folder) => {
      const [{ pageOfFolder }, { StoredResultError }] = await Promise.all([
        import("../report/sweep/folder.ts"),
        import("../report/series-json.ts"),
      ]);
      return forUser(StoredResultError, () => pageOfFolder(folder));
    },
  };
}

/** What `train` works with. */
function trainingEngine(
  version: string,
): Pick<Engine, "loadTraining" | "openTraining" | "trainingFiles" | "trainingPage" | "formatTraining"> {
  return {
    loadTraining: async (file, cwd, flags) => (await import("../scenario/training/load.ts")).loadTraining(file, { ...reading(cwd), flags }),
    openTraining: async (loaded, options) => (await import("../experiment/training/session.ts")).TrainingSession.open(loaded, options),
    trainingFiles: async (output, { device }) => {
      const { trainingFiles } = await import("../report/training/files.ts");
      const { name, sha256, seeds } = output;
      return { ...trainingFiles(output, tInterval), "meta.json": metaJson(version, { scenario: { sha256, file: name }, seeds, device }) };
    },
    trainingPage: async (folder) => {
      const [{ pageOfTraining }, { StoredResultError }] = await Promise.all([
        import("../report/training/folder.ts"),
        import("../report/series-json.ts"),
      ]);
      return forUser(StoredResultError, () => pageOfTraining(folder, tInterval));
    },
    formatTraining: async (output, format) => {
      if (format === "json") return (await import("../report/training/to-json.ts")).trainingToJson(output);
      return (await import("../report/training/to-table.ts")).trainingToTable(output);
    },
  };
}

/** Turns a room's error of the user's making into one line without a stack. */
function forUser<T>(kind: new (message: string) => Error, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof kind ? new UsageError(error.message) : error;
  }
}

const catalogueDir = fileURLToPath(new URL("catalogue", packageRoot()));

/** What the loaders read with, for paths relative to `cwd`. */
function reading(cwd: string) {
  const read = (path: string): string => readText(resolve(cwd, path));
  const readBytes = (path: string): Uint8Array => readFileSync(resolve(cwd, path));
  const locate = (path: string) => locateFile(resolve(cwd, path));
  return { cwd, read, readBytes, locate, catalogue: { dir: catalogueDir, list: (dir: string) => readdirSync(dir) } };
}

async function loadScenario(file: string, options: LoadOptions): Promise<LoadedScenario> {
  const scenario = await import("../scenario/index.ts");
  const { spec, sha256, text, warnings } = scenario.loadScenario(file, { set: options.set, ...reading(options.cwd) });
  const warmupS = spec.warmup === "auto" ? 0 : spec.warmup;
  return {
    head: {
      ...{ name: spec.name, seed: spec.seed, precision: spec.precision, expect: spec.expect },
      ...{ start: spec.start?.text, durationS: spec.duration, warmupS },
    },
    source: { file, sha256, text },
    warnings,
    loaded: { spec, ...(options.spool !== undefined && { spool: options.spool }) } satisfies LoadedSpec,
  };
}

async function loadSweep(file: string, cwd: string): Promise<LoadedSweep> {
  const { points, ...sweep } = (await import("../scenario/index.ts")).loadSweep(file, reading(cwd));
  return {
    ...sweep,
    name: points[0]?.scenario.spec.name as string,
    points: points.map(({ values, scenario: { spec, sha256 } }) => {
      return { values, sha256, expect: spec.expect, loaded: withoutRows(spec) };
    }),
  };
}

async function makeEnvs(source: string, options: EnvOptions): Promise<MadeEnvs> {
  const [{ TASKS }, { EnvError }, { envOf }, scenario] = await Promise.all([
    import("../learn/tasks/index.ts"),
    import("../learn/env-error.ts"),
    import("../scenario/env-source.ts"),
    import("../scenario/index.ts"),
  ]);
  const made = (from: EnvSource, warnings: readonly string[] = []): MadeEnvs => {
    return { envs: forUser(EnvError, () => Array.from({ length: options.count }, () => envOf(from))), warnings };
  };
  const task = TASKS.find(({ id }) => id === source);
  if (task !== undefined) {
    if (options.set.length > 0) throw new UsageError(`${source} is a task, not a scenario: it has no values for --set.`);
    if (options.agent !== undefined) throw new UsageError(`--agent ${options.agent}: a task has one agent, and it needs no name.`);
    if (task.form === "single") return made({ kind: "task", id: source });
    throw new UsageError(`${source} has several agents; served are environments of one.`, "docs/learning.md lists the tasks.");
  }
  if (!existsSync(resolve(options.cwd, source))) {
    const ids = TASKS.filter(({ form }) => form === "single").map(({ id }) => id);
    throw new UsageError(`There is no scenario and no task "${source}".${didYouMean(source, ids)}`, `Tasks are: ${ids.join(", ")}.`);
  }
  const { spec, warnings } = scenario.loadScenario(source, { set: options.set, ...reading(options.cwd) });
  const agent = agentOf(
    source,
    scenario.externalsOf(spec).map(({ name }) => name),
    options.agent,
  );
  return made({ kind: "scenario", spec, agent }, warnings);
}

/** Who is served of a scenario's external controllers; undefined where there is none. */
function agentOf(file: string, names: readonly string[], wanted: string | undefined): string | undefined {
  if (wanted === undefined && names.length > 1) {
    throw new UsageError(`${file} has ${names.length} controllers of kind "external", and one is served.`, hintOf(names));
  }
  if (wanted !== undefined && names.length > 0 && !names.includes(wanted)) {
    throw new UsageError(
      `--agent ${wanted}: ${file} has no such controller of kind "external".${didYouMean(wanted, names)}`,
      hintOf(names),
    );
  }
  return wanted ?? names[0];
}

const hintOf = (names: readonly string[]): string => `Hint: --agent ${names[0]}; there are: ${names.join(", ")}.`;

async function check(file: string, { set, cwd }: Pick<LoadOptions, "set" | "cwd">): Promise<readonly string[]> {
  const { fileFamily, ...scenario } = await import("../scenario/index.ts");
  const options = reading(cwd);
  const family = fileFamily(file, options.read);
  if (set.length > 0 && family !== "scenario" && family !== "training")
    throw new UsageError(`--set changes scenarios and trainings, and ${file} is a ${family} file.`, "Leave --set out, or change the file.");
  switch (family) {
    case "sweep":
      return scenario.loadSweep(file, options).warnings;
    case "training":
      return (await import("../scenario/training/load.ts")).loadTraining(file, { ...options, flags: { set } }).warnings;
    case "gate":
      return gateWarnings(file, scenario.loadGate(file, options), cwd);
    case "scenario":
      return scenario.loadScenario(file, { ...options, set }).warnings;
    case "server":
      scenario.checkServerKind(file, options.read);
      return [];
    case "model":
      scenario.checkModelKind(file, options.read);
      return [];
    case "gpu":
      scenario.checkGpuKind(file, options.read);
      return [];
  }
}

/** A gate may be written before its baseline is recorded. */
function gateWarnings(file: string, { contest, baseline }: LoadedGate, cwd: string): readonly string[] {
  const ofScenario = contest.kind === "scenario" ? contest.scenario.warnings : [];
  return existsSync(resolve(cwd, baseline)) ? ofScenario : [...ofScenario, `${file}: baseline ${baseline} does not exist yet.`];
}

/** A text file, unpacked where its name says that it is packed. */
function readText(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

async function kinds(): Promise<readonly KindList[]> {
  const [{ arrivals, laws, profiles }, energy, { controllers }, { faults }] = await Promise.all([
    import("../world/workload/index.ts"),
    import("../world/energy/index.ts"),
    import("../control/index.ts"),
    import("../faults/index.ts"),
  ]);
  const [{ traceFormats }, { workloadKinds }, serving, files] = await Promise.all([
    import("../world/workload/formats/index.ts"),
    import("../world/cluster/workload-kinds.ts"),
    import("../world/serving/index.ts"),
    import("./catalogue.ts"),
  ]);
  const [{ ALGORITHMS, OFFLINE_ALGORITHMS }, { TASKS }, { listedTask }] = await Promise.all([
    import("../learn/algorithms/index.ts"),
    import("../learn/tasks/index.ts"),
    import("./task-list.ts"),
  ]);
  return [
    { name: "workloads", plugins: [...workloadKinds, serving.servingKind] },
    { name: "arrivals", plugins: [...arrivals.values()] },
    { name: "profiles", plugins: [...profiles.values()] },
    { name: "trace-formats", plugins: [...traceFormats.values()] },
    { name: "laws", plugins: [...laws.values()] },
    { name: "controllers", plugins: [...controllers.values()] },
    { name: "faults", plugins: [...faults.values()] },
    { name: "power-models", plugins: [...energy.powerModels.values()] },
    { name: "carbon", plugins: [...energy.carbonKinds.values()] },
    { name: "forecasts", plugins: [...energy.forecasts.values()] },
    { name: "servers", plugins: files.serverKinds(catalogueDir) },
    { name: "gpus", plugins: files.gpuKinds(catalogueDir) },
    { name: "models", plugins: files.modelKinds(catalogueDir) },
    { name: "engines", plugins: [...serving.engines.values()] },
    { name: "predictors", plugins: [...serving.predictors.values()] },
    { name: "algorithms", plugins: [...ALGORITHMS, ...OFFLINE_ALGORITHMS] },
    { name: "tasks", plugins: TASKS.map(listedTask) },
    { name: "prompts", plugins: [...serving.promptKinds.values()] },
  ];
}

/** Where and with what a result was made; written beside it, never compared. */
function metaJson(
  version: string,
  output: {
    readonly scenario: { readonly sha256: string; readonly file: string };
    readonly seeds: readonly number[];
    /** Services whose requests were no events. */
    readonly fluid?: readonly string[];
    /** What computed. */
    readonly device?: string;
  },
): string {
  const meta = {
    cybertwin: version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    device: output.device ?? "cpu",
    scenario: output.scenario.file,
    sha256: output.scenario.sha256,
    seeds: output.seeds,
    ...(output.fluid !== undefined && output.fluid.length > 0 && { fluid: output.fluid }),
    createdUtc: new Date().toISOString(),
  };
  return `${JSON.stringify(meta, null, 2)}\n`;
}
