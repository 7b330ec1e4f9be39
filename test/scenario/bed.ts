/** A loader over files in memory, with two small fault kinds of its own. */
import { z } from "zod";
import { type LoadedScenario, loadScenarioWith } from "../../src/scenario/load.ts";
import type { Parts, Registry } from "../../src/scenario/parts.ts";
import { SpecError } from "../../src/scenario/problem.ts";
import { realParts } from "../../src/scenario/wiring.ts";
import { registry } from "../../src/world/base/plugin.ts";
import { type Table, TableError } from "../../src/world/base/table.ts";

const faults: Registry = registry("fault", [
  {
    kind: "server-crash",
    doc: "Takes servers down.",
    schema: z.strictObject({ kind: z.literal("server-crash") }),
    create: () => undefined,
  },
  {
    kind: "server-slow-cpu",
    doc: "Slows servers.",
    schema: z.strictObject({ kind: z.literal("server-slow-cpu"), factor: z.number().gt(0).lt(1) }),
    create: () => undefined,
  },
]);

/** One number a line. */
function readTimes(lines: Iterable<string>, file: string): Table {
  const times = [...lines].map((line, i) => {
    if (!/^\d+$/.test(line)) throw new TableError(file, i + 1, `must be a time in seconds, got ${JSON.stringify(line)}`);
    return Number(line);
  });
  return { file, rowCount: times.length, numbers: { at_s: Float64Array.from(times) }, texts: {} };
}

export const PARTS: Parts = realParts(faults, readTimes);

export const SERVER = `kind: server
cores: 8
memory: 32 GiB
clocks: [1 GHz, 2 GHz]
power: { kind: linear, idle: 50 W, peak: 150 W }
embodied: 1000 kg
lifetime: 4 year
source: made up for tests
`;

export type Files = Readonly<Record<string, string>>;

/** Loads `scenario.yaml` of `files`; `catalogue/servers/small.yaml` is always there. */
export function load(files: Files | string, set: readonly string[] = []): LoadedScenario {
  const all: Files = { "catalogue/servers/small.yaml": SERVER, ...(typeof files === "string" ? { "scenario.yaml": files } : files) };
  return loadScenarioWith(PARTS, "scenario.yaml", {
    set,
    cwd: "here",
    catalogue: { dir: "catalogue", list: () => Object.keys(all).filter((file) => file.startsWith("catalogue/servers/")) },
    read: (file) => {
      const text = Object.hasOwn(all, file) ? all[file] : undefined;
      if (text === undefined) throw Object.assign(new Error(`no ${file}`), { code: "ENOENT" });
      return text;
    },
  });
}

/** The message that loading ends with. @throws {Error} if it does not */
export function complaint(files: Files | string, set: readonly string[] = []): string {
  try {
    load(files, set);
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  throw new Error("the scenario was accepted");
}
