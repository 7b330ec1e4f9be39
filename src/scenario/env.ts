/** Scenarios as environments to learn in. */
import { ScenarioEnv } from "../agents/env.ts";
import type { EpisodesOptions } from "../agents/episodes.ts";
import type { ExternalPortOptions } from "../agents/external-port.ts";
import { ScenarioTeamEnv, ScenarioTurnEnv } from "../agents/team-env.ts";
import { EnvError } from "../learn/env-error.ts";
import { GuardedEnv, GuardedTeamEnv, GuardedTurnEnv } from "../learn/guarded-env.ts";
import { buildWorld } from "./build.ts";
import { externalsOf } from "./externals.ts";
import type { ScenarioSpec } from "./spec.ts";

/** The environment of the scenario's external controller, every step of it checked. @throws {EnvError} unless there is exactly one. */
export function scenarioEnv(spec: ScenarioSpec): GuardedEnv {
  return new GuardedEnv(bareScenarioEnv(spec));
}

/** The same without checks. */
export function bareScenarioEnv(spec: ScenarioSpec): ScenarioEnv {
  const { length } = requireExternals(spec);
  if (length > 1)
    throw new EnvError(`${spec.name} has ${length} controllers of kind "external": keep one, or play it as a team or in turns`);
  return new ScenarioEnv(episodesOf(spec));
}

/** Its external controllers as agents that act at the same instants. @throws {EnvError} without one, and where their periods differ. */
export function scenarioTeamEnv(spec: ScenarioSpec): GuardedTeamEnv {
  return new GuardedTeamEnv(bareScenarioTeamEnv(spec));
}

/** The same without checks. */
export function bareScenarioTeamEnv(spec: ScenarioSpec): ScenarioTeamEnv {
  const [first, ...rest] = requireExternals(spec);
  const other = rest.find((each) => each.spec.period !== first?.spec.period);
  if (first !== undefined && other !== undefined) {
    const periods = `${first.name} decides every ${first.spec.period} s and ${other.name} every ${other.spec.period} s`;
    throw new EnvError(`${spec.name} is no team that acts at once: ${periods}; give them one period, or play it in turns`);
  }
  return new ScenarioTeamEnv(episodesOf(spec));
}

/** Its external controllers as agents that act in turns, each at its own period. @throws {EnvError} without one. */
export function scenarioTurnEnv(spec: ScenarioSpec): GuardedTurnEnv {
  return new GuardedTurnEnv(bareScenarioTurnEnv(spec));
}

/** The same without checks. */
export function bareScenarioTurnEnv(spec: ScenarioSpec): ScenarioTurnEnv {
  requireExternals(spec);
  return new ScenarioTurnEnv(episodesOf(spec));
}

function requireExternals(spec: ScenarioSpec): readonly ExternalPortOptions[] {
  const found = externalsOf(spec);
  if (found.length === 0) throw new EnvError(`${spec.name} has no controller of kind "external" to decide for; add one`);
  return found;
}

function episodesOf(spec: ScenarioSpec): EpisodesOptions {
  const startS = spec.warmup as number;
  return {
    name: spec.name,
    controllers: externalsOf(spec),
    startS,
    endS: startS + spec.duration,
    build: (seed) => buildWorld(spec, { seed, warmupS: startS, isDecidedOutside: true }),
  };
}
