/** The commands' real engine. Rooms load when first asked for: `list` does not pay for charts. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { type LoadedSpec, runSeed } from "../experiment/run.ts";
import { tInterval } from "../stats/index.ts";
import type { Engine, KindList, LoadedScenario } from "./engine.ts";
import { packageRoot, packageVersion } from "./package-root.ts";
import { UsageError } from "./usage-error.ts";

export function engine(): Engine {
  const version = packageVersion();
  return {
    version,
    loadScenario,
    runSeed: (loaded, seed, hooks) => runSeed(loaded as LoadedSpec, seed, hooks),
    meanInterval: tInterval,
    scenarioSchema: async () => (await import("../scenario/index.ts")).scenarioJsonSchema(),
    kinds,
    format: async (output, format) => {
      if (format === "json") return (await import("../report/to-json.ts")).toJson(output);
      return (await import("../report/to-table.ts")).toTable(output, { color: process.stdout.isTTY === true });
    },
    files: async (output) => {
      const { runFiles } = await import("../report/run-folder.ts");
      return { ...runFiles(output), "meta.json": metaJson(version, output) };
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

async function loadScenario(file: string, options: { readonly set: readonly string[]; readonly cwd: string }): Promise<LoadedScenario> {
  const scenario = await import("../scenario/index.ts");
  const read = (path: string): string => readText(resolve(options.cwd, path));
  const catalogue = { dir: catalogueDir, list: (dir: string) => readdirSync(dir) };
  const { spec, sha256, text, warnings } = scenario.loadScenario(file, { set: options.set, cwd: options.cwd, read, catalogue });
  const warmupS = spec.warmup === "auto" ? 0 : spec.warmup;
  return {
    head: { name: spec.name, seed: spec.seed, start: spec.start?.text, durationS: spec.duration, warmupS, expect: spec.expect },
    source: { file, sha256, text },
    warnings,
    loaded: { spec } satisfies LoadedSpec,
  };
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
  const [{ workloadKinds }, { serverKinds }] = await Promise.all([import("../world/cluster/workload-kinds.ts"), import("./catalogue.ts")]);
  return [
    { name: "workloads", plugins: workloadKinds },
    { name: "arrivals", plugins: [...arrivals.values()] },
    { name: "profiles", plugins: [...profiles.values()] },
    { name: "laws", plugins: [...laws.values()] },
    { name: "controllers", plugins: [...controllers.values()] },
    { name: "faults", plugins: [...faults.values()] },
    { name: "power-models", plugins: [...energy.powerModels.values()] },
    { name: "carbon", plugins: [...energy.carbonKinds.values()] },
    { name: "forecasts", plugins: [...energy.forecasts.values()] },
    { name: "servers", plugins: serverKinds(catalogueDir) },
  ];
}

/** Where and with what a result was made; written beside it, never compared. */
function metaJson(
  version: string,
  output: { readonly scenario: { readonly sha256: string; readonly file: string }; readonly seeds: readonly number[] },
): string {
  const meta = {
    cybertwin: version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    device: "cpu",
    scenario: output.scenario.file,
    sha256: output.scenario.sha256,
    seeds: output.seeds,
    createdUtc: new Date().toISOString(),
  };
  return `${JSON.stringify(meta, null, 2)}\n`;
}
