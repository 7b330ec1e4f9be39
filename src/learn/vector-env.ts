/**
 * Several environments of one kind side by side, written into shared arrays: lane i is rows i of each. A lane that ends
 * begins its next episode in the same step: `observations` then holds the first observation of that, `successors` always
 * holds what followed the action, so that a truncated episode is valued by its own last observation.
 * What a lane does depends on the seed and its index alone, not on how many lanes there are.
 *
 * No environment can be asked for its state. But each episode has a seed of its own, and equal seeds and actions give equal
 * episodes: so `save` keeps the number of the running episode and its actions, and `restore` plays them again.
 */
import { type Rng, rootRng } from "../kernel/index.ts";
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

/** What a vector needs to go on exactly where it was. */
export interface VectorState {
  readonly seed: number;
  /** The running episode of each lane: its number, and all actions in it so far, one after the other. */
  readonly lanes: readonly { readonly episode: number; readonly actions: readonly number[] }[];
}

interface Lane {
  readonly env: Env;
  /** Its random stream: a seed for each episode. */
  seeds: Rng;
  /** Number of the running episode. */
  episode: number;
  /** All actions in the running episode. */
  readonly played: number[];
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
  #seed = 0;

  /**
   * @param envs environments of one kind; hand in guarded ones (`makeEnv` does).
   * @param onEpisode is told of each finished episode, in the order of lanes within a step.
   */
  constructor(envs: readonly Env[], onEpisode: (episode: Episode) => void = () => {}, buffers: VectorBuffers = vectorBuffers(envs)) {
    this.buffers = buffers;
    this.#onEpisode = onEpisode;
    this.#lanes = envs.map((env, lane) => ({
      env,
      seeds: rootRng(0),
      episode: 0,
      played: [],
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

  /** Begins an episode in every lane. The seeds of its episodes are drawn from `seed`, the lane's index and their number. */
  reset(seed: number): void {
    this.#seed = seed;
    const lanes = rootRng(seed).fork("lanes");
    this.#lanes.forEach((lane, i) => {
      lane.seeds = lanes.fork(`${i}`);
      begin(lane, 0);
    });
  }

  save(): VectorState {
    return { seed: this.#seed, lanes: this.#lanes.map(({ episode, played }) => ({ episode, actions: [...played] })) };
  }

  /** Plays the running episodes again, up to where they were. @throws {RangeError} if the state is of another number of lanes. */
  restore({ seed, lanes }: VectorState): void {
    if (lanes.length !== this.laneCount) throw new RangeError(`a saved vector of ${lanes.length} lanes, this one has ${this.laneCount}`);
    this.reset(seed);
    this.#lanes.forEach((lane, i) => {
      const { episode, actions } = lanes[i] as VectorState["lanes"][number];
      begin(lane, episode);
      for (let at = 0; at < actions.length; at += lane.action.length) {
        lane.action.set(actions.slice(at, at + lane.action.length));
        this.#stepLane(lane, i);
      }
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
    for (let k = 0; k < action.length; k++) lane.played.push(action[k] as number);
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
    begin(lane, lane.episode + 1);
  }
}

function begin(lane: Lane, episode: number): void {
  lane.episode = episode;
  lane.played.length = 0;
  lane.return = 0;
  lane.stepCount = 0;
  lane.env.reset(lane.seeds.fork(`${episode}`).int(Number.MAX_SAFE_INTEGER), lane.observation, lane.mask);
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
