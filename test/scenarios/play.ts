/** Runs scenarios of the repository, or texts, through the path that `cybertwin run` takes. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import type { RunResult } from "../../src/experiment/result.ts";
import { runSeed } from "../../src/experiment/run.ts";
import { type LoadedScenario, loadScenario } from "../../src/scenario/index.ts";

export const ROOT = new URL("../../../", import.meta.url).pathname; // from dist/test/scenarios

export interface Options {
  readonly set?: readonly string[];
  readonly seed?: number;
  /** Stands for the content of `file`. */
  readonly text?: string;
}

export function loadFile(file: string, { set = [], text }: Options = {}): LoadedScenario {
  return loadScenario(file, {
    set,
    cwd: ".",
    catalogue: { dir: "catalogue", list: (dir) => readdirSync(ROOT + dir) },
    read: (path) => (path === file && text !== undefined ? text : readText(resolve(ROOT, path))),
  });
}

function readText(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

/** Loads and runs a scenario with its own seed, or with another. */
export function play(file: string, options: Options = {}): Promise<RunResult> {
  const { spec } = loadFile(file, options);
  const seed = options.seed ?? spec.seed;
  if (seed === undefined) throw new Error(`${file} has no seed`);
  return Promise.resolve(runSeed({ spec }, seed, { onProgress: () => {}, shouldStop: () => false }));
}

/** A metric that must have a value. */
export function value({ metrics, notes }: RunResult, name: string): number {
  const found = metrics[name];
  if (typeof found !== "number") throw new Error(`${name} is ${found}: ${JSON.stringify(notes[name])}`);
  return found;
}

/** A scenario of the repository that a test runs must hold its own books. */
export function brokenIdentities({ identities }: RunResult): readonly string[] {
  return Object.entries(identities).flatMap(([name, holds]) => (holds ? [] : [name]));
}
