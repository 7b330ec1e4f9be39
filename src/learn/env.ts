/**
 * An environment with the semantics of Gymnasium: `reset`, then `step` until it says that the episode has ended.
 *
 * - `terminated`: the task itself ended; what follows has no value. `truncated`: somebody stopped looking, mostly a time
 *   limit; the world would have gone on, so a learner values the last observation.
 * - A seed comes by `reset` and in no other way. Without one, `reset` goes on to the next episode of the last seed.
 * - A step may take any time: `elapsedS` says how long, and learners discount by it (semi-Markov).
 * - Nothing is allocated in a step: the caller owns the arrays, and the result is one object that is used again.
 *
 * @see Towers et al. 2024, "Gymnasium: A Standard Interface for Reinforcement Learning Environments"; Bradtke & Duff,
 * NIPS 7, 1994, for the elapsed time.
 */
import { type Rng, rootRng } from "../kernel/index.ts";
import { EnvError } from "./env-error.ts";
import type { Floats, Space } from "./spaces.ts";

/** What somebody who decides sees and does. */
export interface AgentSpec {
  /** For messages: "CartPole-v1", or an agent's name among several. */
  readonly name: string;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  /** Whether it says at every step which choices are allowed. If not, masks have length 0. */
  readonly masked: boolean;
  /** For messages: what mends an observation or a reward that is no number. Absent where only the environment's code does. */
  readonly remedy?: string;
}

/** What a step of an episode says, whoever acted in it. The same object each time: read it before the next step. */
export interface Transition {
  /** Time since the last decision, >= 0. */
  readonly elapsedS: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
  /** Numbers worth watching, in the order of `infoNames`; no learner sees them. */
  readonly info: Readonly<Float64Array>;
}
export interface StepResult extends Transition {
  readonly reward: number;
}

export interface Clocked {
  /** The nominal time between decisions: discount factors are per `stepS`. 1 where a task has no time. */
  readonly stepS: number;
  readonly infoNames: readonly string[];
}

export interface Env extends AgentSpec, Clocked {
  /** Steps of every episode; infinite where none ever ends, absent where some end earlier than others. */
  readonly episodeSteps?: number | undefined;
  /**
   * Begins an episode and writes its first observation and mask.
   * @param seed a whole number >= 0 starts anew; `undefined` goes on to the next episode of the last seed.
   */
  reset(seed: number | undefined, observationOut: Floats, maskOut: Uint8Array): void;
  /** Acts, and writes the observation and the mask that follow. `action` is inside the space and allowed by the last mask. */
  step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult;
}

/** The result that an environment fills anew at each step. */
export class StepRecord implements StepResult {
  reward = 0;
  elapsedS = 0;
  terminated = false;
  truncated = false;
  readonly info: Float64Array;

  constructor(infoCount: number) {
    this.info = new Float64Array(infoCount);
  }
}

/** Entries of the masks that an agent's environment writes. */
export function maskLength({ masked, actionSpace }: AgentSpec): number {
  return masked ? actionSpace.maskLength : 0;
}

export const NO_MASK = new Uint8Array(0);

/**
 * The random streams of an environment, one an episode. Each is fixed by the seed and the number of the episode alone: how
 * much earlier episodes drew does not matter, and to take up a training where it stopped needs no more than those two.
 */
export class EpisodeStreams {
  #root: Rng | undefined;
  #episodeCount = 0;

  /** The stream of the next episode; a seed starts anew. @throws {EnvError} if there has never been a seed. */
  next(seed: number | undefined): Rng {
    if (seed !== undefined) {
      this.#root = rootRng(seed);
      this.#episodeCount = 0;
    }
    if (this.#root === undefined) throw new EnvError("the first reset needs a seed: there is none by default");
    return this.#root.fork(`episode-${this.#episodeCount++}`);
  }
}
