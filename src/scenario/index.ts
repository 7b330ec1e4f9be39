/** From YAML to a checked, loaded scenario as plain data, and the worlds it builds. */
import { buildWorld } from "./build.ts";
import { BuildProblem } from "./build-problem.ts";
import type { JsonSchema } from "./choice.ts";
import type { ContestOptions } from "./contest.ts";
import { type EvaluationWords, type LoadedEvaluation, loadEvaluationWith } from "./evaluation.ts";
import type { ReadText } from "./extends.ts";
import { type LoadedGate, loadGateWith } from "./gate/load.ts";
import { scenarioJsonSchemaOf } from "./json-schema.ts";
import { checkServerKindWith, type LoadedScenario, type LoadOptions, loadScenarioWith } from "./load.ts";
import { SpecError } from "./problem.ts";
import { type LoadedSweep, loadSweepWith, type SweepOptions } from "./sweep/load.ts";
import { PARTS } from "./wiring.ts";

export { type BuiltWorld, buildWorld } from "./build.ts";
export type { JsonSchema } from "./choice.ts";
export { bareScenarioEnv, bareScenarioTeamEnv, bareScenarioTurnEnv, scenarioEnv, scenarioTeamEnv, scenarioTurnEnv } from "./env.ts";
export { externalsOf } from "./externals.ts";
export { type FileFamily, fileFamily } from "./file-family.ts";
export { gateJsonSchema } from "./gate/schema.ts";
export { checkGpuKind, checkModelKind, type LoadedScenario, type LoadOptions } from "./load.ts";
export { type Problem, SpecError, showProblem } from "./problem.ts";
export type { ScenarioSpec } from "./spec.ts";
export type { LoadedPoint, LoadedSweep } from "./sweep/load.ts";
export { sweepJsonSchema } from "./sweep/schema.ts";

/**
 * Loads and checks one scenario, and builds it once for what only building tells.
 * @throws {SpecError} with all problems of the first pass that fails.
 */
export function loadScenario(file: string, options: LoadOptions): LoadedScenario {
  const loaded = loadScenarioWith(PARTS, file, options);
  try {
    buildWorld(loaded.spec, { seed: loaded.spec.seed ?? 0, warmupS: 0 });
  } catch (error) {
    if (!(error instanceof BuildProblem)) throw error;
    const { path, hint, message } = error;
    throw new SpecError([{ place: loaded.placeOf(path), message: `${path.join(".")}: ${message}`, ...(hint !== undefined && { hint }) }]);
  }
  return loaded;
}

/** Loads and checks a sweep with the scenario of every point. @throws {SpecError} with all problems of the first pass that fails. */
export function loadSweep(file: string, options: Omit<SweepOptions, "load" | "parts">): LoadedSweep {
  return loadSweepWith(file, { ...options, parts: PARTS, load: loadScenario });
}

/** Loads what an evaluation's words name. @throws {SpecError} */
export function loadEvaluation(words: EvaluationWords, options: Omit<ContestOptions, "load">): LoadedEvaluation {
  return loadEvaluationWith(words, { ...options, load: loadScenario });
}

/** Loads a gate and what it names, but for its baseline. @throws {SpecError} with all problems of the first pass that fails. */
export function loadGate(file: string, options: Omit<ContestOptions, "load">): LoadedGate {
  return loadGateWith(file, { ...options, load: loadScenario });
}

/** Checks the file of a server kind. @throws {SpecError} with all that is wrong with it. */
export function checkServerKind(file: string, read: ReadText): void {
  checkServerKindWith(PARTS, file, read);
}

/** The JSON Schema (draft 7) of scenario files. */
export function scenarioJsonSchema(): JsonSchema {
  return scenarioJsonSchemaOf(PARTS);
}
