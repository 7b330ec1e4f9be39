/** Scenarios as text, played in memory: YAML -> loadScenario -> runSeed -> metrics, as the command does it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runOutput } from "../../src/experiment/output.ts";
import type { RunResult } from "../../src/experiment/result.ts";
import { runSeed } from "../../src/experiment/run.ts";
import { toJson } from "../../src/report/to-json.ts";
import { type LoadedScenario, loadScenario } from "../../src/scenario/index.ts";
import { tInterval } from "../../src/stats/index.ts";

const CATALOGUE = fileURLToPath(new URL("../../../catalogue", import.meta.url));
const HOOKS = { shouldStop: () => false, onProgress: () => {} };

export type Files = Readonly<Record<string, string>>;

/** Loads `text`; it may name the catalogue's servers and any of `files`. */
export function loadYaml(text: string, files: Files = {}): LoadedScenario {
  const all: Files = { "scenario.yaml": text, ...files };
  return loadScenario("scenario.yaml", {
    cwd: ".",
    catalogue: { dir: CATALOGUE },
    read: (file) => (Object.hasOwn(all, file) ? (all[file] as string) : readFileSync(file, "utf8")),
    readBytes: (file) => readFileSync(file),
  });
}

/** Plays `text` with its own seed, or with `seed`. @throws {Error} if an identity breaks: no story is told of such a run. */
export async function play(text: string, files: Files = {}, seed?: number): Promise<RunResult> {
  const { spec } = loadYaml(text, files);
  const result = await runSeed({ spec }, seed ?? (spec.seed as number), HOOKS);
  const broken = Object.entries(result.identities).filter(([, holds]) => !holds);
  if (broken.length > 0) throw new Error(`broken: ${broken.map(([name]) => name).join(", ")}`);
  return result;
}

/** A metric that must be a number. */
export function metric(result: RunResult, name: string): number {
  const value = result.metrics[name];
  if (typeof value !== "number") throw new Error(`${name} is ${value}: ${JSON.stringify(result.notes[name])}`);
  return value;
}

export type Row = Readonly<Record<string, number | string>>;

/** The rows of a recorded table, as objects. */
export function rowsOf(result: RunResult, table: string): Row[] {
  const found = result.tables[table];
  if (found === undefined) throw new Error(`no table ${table}`);
  return Array.from({ length: found.rowCount }, (_, row) =>
    Object.fromEntries(found.columns.map(({ name, data }) => [name, data[row] as number | string])),
  );
}

/** One column of a recorded table, in the order of its rows. */
export const columnOf = (result: RunResult, table: string, name: string): (number | string)[] =>
  rowsOf(result, table).map((row) => row[name] as number | string);

/** A CSV file from its header and rows. */
export const csv = (header: string, ...rows: readonly (readonly (number | string)[])[]): string =>
  `${[header, ...rows.map((row) => row.join(","))].join("\n")}\n`;

/** Asserts |actual - expected| <= tolerance, which is relative to `expected`. */
export function near(actual: number, expected: number, relative = 1e-12): void {
  if (Math.abs(actual - expected) <= relative * Math.abs(expected)) return;
  throw new Error(`${actual} should be ${expected} within ${relative}`);
}

/** The document that `run --format json` prints for these runs of a scenario. */
export function documentOf({ spec, sha256, text }: LoadedScenario, runs: readonly RunResult[]): string {
  const head = { name: spec.name, durationS: spec.duration, warmupS: spec.warmup === "auto" ? 0 : spec.warmup, expect: spec.expect };
  return toJson(runOutput({ version: "test", head, source: { sha256, text, file: "scenario.yaml" }, runs, interval: tInterval }));
}
