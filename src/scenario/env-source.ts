/** Environments by what they are made of. */
import type { Env } from "../learn/env.ts";
import { makeEnv } from "../learn/tasks/index.ts";
import { scenarioEnv } from "./env.ts";
import type { ScenarioSpec } from "./spec.ts";

/** Plain data: a thread can be handed it. */
export type EnvSource =
  | { readonly kind: "task"; readonly id: string }
  /** `agent`: the external controller, where there are several. */
  | { readonly kind: "scenario"; readonly spec: ScenarioSpec; readonly agent?: string | undefined };

/** Every step of it is checked. @throws {EnvError} if there is no such task, or if nobody decides from outside in the scenario */
export function envOf(source: EnvSource): Env {
  return source.kind === "task" ? makeEnv(source.id) : scenarioEnv(source.spec, source.agent);
}
