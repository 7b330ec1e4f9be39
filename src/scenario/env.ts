/** Scenarios as environments to learn in. */
import { ScenarioEnv } from "../agents/env.ts";
import type { EpisodesOptions } from "../agents/episodes.ts";
import type { ExternalPortOptions } from "../agents/external-port.ts";
import { ScenarioTeamEnv, ScenarioTurnEnv } from "../agents/team-env.ts";
import { EnvError } from "../learn/env-error.ts";
import { GuardedEnv, GuardedTeamEnv, GuardedTurnEnv } from "../learn/guarded-env.ts";
import { buildWorld } from "./build.ts";
import { turnsOf } from "./decisions.ts";
import { externalsOf } from "./externals.ts";
import type { ScenarioSpec } from "./spec.ts";

/**
 * The environment of one external controller of the scenario, every step of it checked. Others decide by their own policies.
 * @param agent its name; may be left out where there is one
 * @throws {EnvError} if there is none of that name, or several without a name
 */
export function scenarioEnv(spec: ScenarioSpec, agent?: string): GuardedEnv {
  return new GuardedEnv(bareScenarioEnv(spec, agent));
}

/** The same without checks. */
export function bareScenarioEnv(spec: ScenarioSpec, agent?: string): ScenarioEnv {
  const all = requireExternals(spec);
  const [own, ...more] = agent === undefined ? all : all.filter(({ name }) => name === agent);
  const names = all.map(({ name }) => name).join(", ");
  if (own === undefined) throw new EnvError(`${spec.name} has no controller "${agent}" of kind "external"; it has: ${names}`);
  if (more.length > 0)
    throw new EnvError(`${spec.name} has several controllers of kind "external", and one is to be the agent: say which of ${names}`);
  return new ScenarioEnv({ ...episodesOf(spec, [own]), episodeSteps: episodeStepsOf(spec, own) });
}

/** Decisions from the first one at or after the warm-up to the end; undefined where lost telemetry may put the first one off. */
function episodeStepsOf(spec: ScenarioSpec, { name, spec: { period } }: ExternalPortOptions): number | undefined {
  const { loss = 0 } = spec.controllers[name]?.telemetry ?? {};
  if (loss > 0) return undefined;
  const { first, end } = turnsOf(spec, name, period);
  return end - first;
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
  return new ScenarioTeamEnv(episodesOf(spec, externalsOf(spec)));
}

/** Its external controllers as agents that act in turns, each at its own period. @throws {EnvError} without one. */
export function scenarioTurnEnv(spec: ScenarioSpec): GuardedTurnEnv {
  return new GuardedTurnEnv(bareScenarioTurnEnv(spec));
}

/** The same without checks. */
export function bareScenarioTurnEnv(spec: ScenarioSpec): ScenarioTurnEnv {
  return new ScenarioTurnEnv(episodesOf(spec, requireExternals(spec)));
}

function requireExternals(spec: ScenarioSpec): readonly ExternalPortOptions[] {
  const found = externalsOf(spec);
  if (found.length === 0) throw new EnvError(`${spec.name} has no controller of kind "external" to decide for; add one`);
  return found;
}

function episodesOf(spec: ScenarioSpec, controllers: readonly ExternalPortOptions[]): EpisodesOptions {
  const startS = spec.warmup as number;
  return {
    name: spec.name,
    controllers,
    startS,
    endS: startS + spec.duration,
    build: (seed) => buildWorld(spec, { seed, warmupS: startS, outside: controllers.map(({ name }) => name) }),
  };
}
