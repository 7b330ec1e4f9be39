/** Plays environments in tests. */
import { rootRng } from "../../src/kernel/index.ts";
import { type Env, maskLength } from "../../src/learn/env.ts";
import { sample } from "../../src/learn/spaces.ts";

export type Policy = (observation: Float64Array, action: Float64Array, mask: Uint8Array) => void;

export interface Played {
  readonly return: number;
  readonly stepCount: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

/** One episode in float64. */
export function playEpisode(env: Env, seed: number | undefined, policy: Policy): Played {
  const observation = new Float64Array(env.observationSpace.slots.length);
  const action = new Float64Array(env.actionSpace.slots.length);
  const mask = new Uint8Array(maskLength(env));
  env.reset(seed, observation, mask);
  for (let sum = 0, stepCount = 1; ; stepCount++) {
    policy(observation, action, mask);
    const { reward, terminated, truncated } = env.step(action, observation, mask);
    sum += reward;
    if (terminated || truncated) return { return: sum, stepCount, terminated, truncated };
  }
}

/** Episodes one after the other, all from one seed. */
export function playEpisodes(env: Env, { seed, count }: { seed: number; count: number }, policy: Policy): readonly Played[] {
  return Array.from({ length: count }, (_, i) => playEpisode(env, i === 0 ? seed : undefined, policy));
}

/** Draws from the action space. */
export function randomPolicy(env: Env, seed: number): Policy {
  const rng = rootRng(seed).fork("policy");
  return (_observation, action, mask) => sample(env.actionSpace, rng, action, mask);
}

export function meanReturn(episodes: readonly Played[]): number {
  return episodes.reduce((sum, episode) => sum + episode.return, 0) / episodes.length;
}
