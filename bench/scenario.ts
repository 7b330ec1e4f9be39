/** A benchmark's scenario goes the way a user's does: YAML text, checks, world, run. Files live in memory, but for long traces. */
import type { RunResult } from "../src/experiment/result.ts";
import { runSeed } from "../src/experiment/run.ts";
import { type LoadedScenario, loadScenario } from "../src/scenario/index.ts";
import { locateFile } from "../src/scenario/stored-bytes.ts";
import type { FileBytes } from "../src/world/base/bytes.ts";

const FILE = "/bench/scenario.yaml";

/**
 * @param files text by name, beside the scenario: server kinds and tables
 * @param stored paths by name: traces on a disk
 */
export function load(
  scenario: string,
  files: Readonly<Record<string, string>>,
  stored: Readonly<Record<string, string>> = {},
): LoadedScenario {
  const texts: Readonly<Record<string, string>> = { ...files, "scenario.yaml": scenario };
  const read = (path: string): string => {
    const text = texts[path.slice("/bench/".length)];
    if (text === undefined) throw new Error(`a benchmark asks for ${path}`);
    return text;
  };
  const locate = (path: string): FileBytes | undefined => {
    const place = stored[path.slice("/bench/".length)];
    return place === undefined ? undefined : locateFile(place);
  };
  return loadScenario(FILE, { read, locate, cwd: "/bench", catalogue: { dir: "/bench/catalogue" } });
}

/** Plays one seed to its end. @throws {Error} if an identity of the books is broken: a fast wrong run is no result. */
export async function play({ spec }: LoadedScenario, seed: number): Promise<RunResult> {
  const result = await runSeed({ spec }, seed, { shouldStop: () => false, onProgress: () => {} });
  const broken = Object.keys(result.identities).filter((name) => !result.identities[name]);
  if (broken.length > 0) throw new Error(`broken: ${broken.join(", ")}`);
  return result;
}
