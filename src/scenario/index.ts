/** From YAML to a checked, loaded scenario as plain data. */
import type { JsonSchema } from "./choice.ts";
import { scenarioJsonSchemaOf } from "./json-schema.ts";
import { type LoadedScenario, type LoadOptions, loadScenarioWith } from "./load.ts";
import { PARTS } from "./wiring.ts";

export type { JsonSchema } from "./choice.ts";
export type { ReadText } from "./extends.ts";
export type { Catalogue } from "./files.ts";
export type { LoadedScenario, LoadOptions } from "./load.ts";
export type { PluginSpec } from "./parts.ts";
export { type Problem, SpecError, showProblem } from "./problem.ts";
export type {
  BatchSpec,
  ClassSpec,
  ControllerSpec,
  ExpectSpec,
  FaultSpec,
  FaultTargetSpec,
  FleetServer,
  RackSpec,
  RecordSpec,
  ScenarioSpec,
  ServerGroupSpec,
  ServiceSpec,
  SiteSpec,
  WorkloadSpec,
} from "./spec.ts";
export { fleetOf } from "./spec.ts";

/** Loads and checks one scenario. @throws {SpecError} with all problems of the first pass that fails. */
export function loadScenario(file: string, options: LoadOptions): LoadedScenario {
  return loadScenarioWith(PARTS, file, options);
}

/** The JSON Schema (draft 7) of scenario files. */
export function scenarioJsonSchema(): JsonSchema {
  return scenarioJsonSchemaOf(PARTS);
}
