/** Scenarios as environments to learn in. */
import { ScenarioEnv } from "../agents/env.ts";
import type { ExternalSpec } from "../control/external.ts";
import { EnvError } from "../learn/env-error.ts";
import { GuardedEnv } from "../learn/guarded-env.ts";
import { buildWorld } from "./build.ts";
import type { ScenarioSpec } from "./spec.ts";

/** The environment of the scenario's external controller, every step of it checked. @throws {EnvError} unless there is exactly one. */
export function scenarioEnv(spec: ScenarioSpec): GuardedEnv {
  return new GuardedEnv(bareScenarioEnv(spec));
}

/** The same without checks. */
export function bareScenarioEnv(spec: ScenarioSpec): ScenarioEnv {
  const [first, ...rest] = externalsOf(spec);
  if (first === undefined) throw new EnvError(`${spec.name} has no controller of kind "external" to decide for; add one`);
  if (rest.length > 0) throw new EnvError(`${spec.name} has ${rest.length + 1} controllers of kind "external": keep one of them`);
  const controller = spec.controllers[first] as unknown as ExternalSpec & { readonly target: { readonly workload: string } };
  const startS = spec.warmup as number;
  return new ScenarioEnv({
    name: spec.name,
    controller: first,
    spec: controller,
    workload: controller.target.workload,
    startS,
    endS: startS + spec.duration,
    build: (seed) => buildWorld(spec, { seed, warmupS: startS }),
  });
}

/** Names of those who are decided for from outside. */
export function externalsOf({ controllers }: ScenarioSpec): readonly string[] {
  return Object.keys(controllers).filter((name) => controllers[name]?.kind === "external");
}
