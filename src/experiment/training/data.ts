/** The episodes that an offline algorithm learns from, played anew whenever a training is opened: seeds alone are stored. */
import { returns } from "../../learn/evaluate.ts";
import { joinedBatches, RecordingEnv } from "../../learn/recording-env.ts";
import type { Batch } from "../../learn/replay.ts";
import type { LoadedData } from "../../scenario/training/data.ts";

export interface PlayedData {
  readonly transitions: Batch;
  /** In the order of the file. */
  readonly parts: readonly PlayedPart[];
}
export interface PlayedPart {
  readonly policy: string;
  /** One episode each. */
  readonly seeds: readonly number[];
  readonly transitionCount: number;
  /** By seed. */
  readonly returns: readonly number[];
}

/** Plays as evaluations do. @throws {EnvError} for what the environment or the policy does wrong */
export function playData(all: readonly LoadedData[]): PlayedData {
  const played = all.map(({ policy, seeds, mode, open }) => {
    const player = open();
    const env = new RecordingEnv(player.env);
    const own = seeds.flatMap((seed) => returns(player.policy(), env, [seed], mode));
    const { transitions } = env;
    return { transitions, part: { policy, seeds, transitionCount: transitions.rewards.length, returns: own } };
  });
  return { transitions: joinedBatches(played.map(({ transitions }) => transitions)), parts: played.map(({ part }) => part) };
}
