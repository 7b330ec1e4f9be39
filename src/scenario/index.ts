/** From a scenario file to a spec that builds: the rooms' real parts, and a trial build for what only building tells. */
import { faults, readFaultTrace } from "../faults/index.ts";
import { buildWorld } from "./build.ts";
import { NoRoomError } from "./build-services.ts";
import { type LoadedScenario, type LoadOptions, loadScenarioWith } from "./load.ts";
import { SpecError } from "./problem.ts";
import { scenarioJsonSchemaOf } from "./json-schema.ts";
import { realParts } from "./wiring.ts";

export type { LoadedScenario, LoadOptions } from "./load.ts";
export { SpecError } from "./problem.ts";
export type { ScenarioSpec } from "./spec.ts";

const PARTS = realParts(faults, readFaultTrace);

/** Loads, checks and builds once. @throws {SpecError} with all problems of the first pass that fails. */
export function loadScenario(file: string, options: LoadOptions): LoadedScenario {
  const loaded = loadScenarioWith(PARTS, file, options);
  try {
    buildWorld(loaded.spec, { seed: loaded.spec.seed ?? 0, warmupS: 0 });
  } catch (error) {
    if (!(error instanceof NoRoomError)) throw error;
    const place = loaded.placeOf(["workloads", error.workload, "replicas"]);
    const hint = "Hint: fewer replicas, smaller requests, or more servers.";
    throw new SpecError([{ place, message: `workloads.${error.workload}.replicas: ${error.message}`, hint }]);
  }
  return loaded;
}

/** JSON Schema (draft 7) of scenario files. */
export const scenarioJsonSchema = (): unknown => scenarioJsonSchemaOf(PARTS);
