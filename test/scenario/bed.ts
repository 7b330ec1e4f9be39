/** Loads scenarios from files in memory. */
import { type LoadedScenario, loadScenario, SpecError } from "../../src/scenario/index.ts";

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
  return loadScenario("scenario.yaml", {
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

/** A small scenario that is accepted. */
export const SMALL = `name: small
seed: 1
duration: 1 h
sites:
  west: { servers: { kind: small, count: 2 }, carbon: 300 g/kWh }
workloads:
  web: { kind: service, work: { kind: exponential, mean: 5 ms }, arrivals: { kind: poisson, rate: 100 req/s } }
  etl: { kind: batch, jobs: 3, cores: 4, memory: 8 GiB, work: 1 h }
controllers:
  place: { kind: best-fit, target: { workload: etl } }
faults:
  crash: { kind: server-crash, target: { site: west, count: 1 }, mtbf: 1 day, mttr: 1 h }
`;
