/**
 * Several environments of one kind side by side, written into shared arrays: lane i is rows i of each. A lane that ends
 * begins its next episode in the same step: `observations` then holds the first observation of that, `successors` always
 * holds what followed the action, so that a truncated episode is valued by its own last observation.
 * What a lane does depends on the seed and its index alone, not on how many lanes there are.
 */
import { rootRng } from "../kernel/index.ts";
import { type Env, maskLength, type StepResult } from "./env.ts";
import type { Floats } from "./spaces.ts";

/** One row a lane. May lie in shared memory. */
export interface VectorBuffers {
  readonly actions: Floats;
  /** What to act on next. */
  readonly observations: Floats;
  /** What followed the last action, before any reset. */
  readonly successors: Floats;
  /** What is allowed next; no entries if the environment has no masks. */
  readonly masks: Uint8Array;
  readonly rewards: Floats;
  readonly elapsedS: Floats;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
}

/** A finished episode: its lane, the plain sum of its rewards, its steps. */
export interface Episode {
  readonly lane: number;
  readonly return: number;
  readonly stepCount: number;
}

interface Lane {
  readonly env: Env;
  readonly action: Floats;
  readonly observation: Floats;
  readonly successor: Floats;
  readonly mask: Uint8Array;
  return: number;
  stepCount: number;
}

export class VectorEnv {
  readonly buffers: VectorBuffers;
  readonly #lanes: readonly Lane[];
  readonly #onEpisode: (episode: Episode) => void;

  /**
   * @param envs environments of one kind; hand in guarded ones (`makeEnv` does).
   * @param onEpisode is told of each finished episode, in the order of lanes within a step.
   */
  constructor(envs: readonly Env[], onEpisode: (episode: Episode) => void = () => {}, buffers: VectorBuffers = vectorBuffers(envs)) {
    this.buffers = buffers;
    this.#onEpisode = onEpisode;
    this.#lanes = envs.map((env, lane) => ({
      env,
      action: row(buffers.actions, lane, env.actionSpace.slots.length),
      observation: row(buffers.observations, lane, env.observationSpace.slots.length),
      successor: row(buffers.successors, lane, env.observationSpace.slots.length),
      mask: buffers.masks.subarray(lane * maskLength(env), (lane + 1) * maskLength(env)),
      return: 0,
      stepCount: 0,
    }));
  }

  get laneCount(): number {
    return this.#lanes.length;
  }

  /** Begins an episode in every lane, each with a seed of its own drawn from `seed` and its index. */
  reset(seed: number): void {
    const lanes = rootRng(seed).fork("lanes");
    this.#lanes.forEach((lane, i) => {
      lane.env.reset(lanes.fork(`${i}`).int(Number.MAX_SAFE_INTEGER), lane.observation, lane.mask);
      lane.return = 0;
      lane.stepCount = 0;
    });
  }

  /** Every lane acts by its row of `buffers.actions`. */
  step(): void {
    const lanes = this.#lanes;
    for (let i = 0; i < lanes.length; i++) this.#stepLane(lanes[i] as Lane, i);
  }

  #stepLane(lane: Lane, i: number): void {
    const { env, action, observation, successor, mask } = lane;
    const { rewards, elapsedS, terminated, truncated } = this.buffers;
    const result: StepResult = env.step(action, successor, mask);
    rewards[i] = result.reward;
    elapsedS[i] = result.elapsedS;
    terminated[i] = result.terminated ? 1 : 0;
    truncated[i] = result.truncated ? 1 : 0;
    lane.return += result.reward;
    lane.stepCount++;
    if (!result.terminated && !result.truncated) {
      observation.set(successor);
      return;
    }
    this.#onEpisode({ lane: i, return: lane.return, stepCount: lane.stepCount });
    lane.return = 0;
    lane.stepCount = 0;
    env.reset(undefined, observation, mask);
  }
}

/** Fresh arrays for these environments: float32 for what networks read, float64 for rewards and times. */
export function vectorBuffers(envs: readonly Env[]): VectorBuffers {
  const [env] = envs;
  if (env === undefined) throw new RangeError("a vector of environments needs at least one");
  const { length } = envs;
  return {
    actions: new Float32Array(length * env.actionSpace.slots.length),
    observations: new Float32Array(length * env.observationSpace.slots.length),
    successors: new Float32Array(length * env.observationSpace.slots.length),
    masks: new Uint8Array(length * maskLength(env)),
    rewards: new Float64Array(length),
    elapsedS: new Float64Array(length),
    terminated: new Uint8Array(length),
    truncated: new Uint8Array(length),
  };
}

function row(rows: Floats, lane: number, width: number): Floats {
  return rows.subarray(lane * width, (lane + 1) * width);
}
