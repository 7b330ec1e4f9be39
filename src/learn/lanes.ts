/**
 * Environments of one kind side by side, a lane each, over shared arrays: lane i is row i of each. Who plays the lanes, this
 * thread or others, is a `LanePlayer`; what is played never depends on it.
 */
import { type AgentSpec, type Env, maskLength, type StepResult } from "./env.ts";
import { EnvError } from "./env-error.ts";
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
  /** What was allowed after the last action, before any reset; no entries likewise. */
  readonly successorMasks: Uint8Array;
  readonly rewards: Floats;
  readonly elapsedS: Floats;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
}
export interface LaneBuffers extends VectorBuffers {
  /** Of the episode that a lane begins next. */
  readonly seeds: Float64Array;
  /** 1 for each lane that takes part. */
  readonly acting: Uint8Array;
}

/** Nothing where it is done already. */
export type Late = Promise<void> | undefined;

/** Plays lanes. Calls come one after the other: none before the last one is done. */
export interface LanePlayer {
  readonly laneCount: number;
  readonly buffers: LaneBuffers;
  /** Begins the episode of its seed in each acting lane. */
  begin(): Late;
  /** Each acting lane acts by its row of `actions`; one that ends begins the episode of its seed. */
  step(): Late;
  /** Ends what plays. */
  close(): Promise<void>;
}

/** What is wrong in a lane. */
export class LaneError extends EnvError {
  /** Its index. */
  readonly lane: number;

  constructor(message: string, lane: number) {
    super(message);
    this.lane = lane;
  }
}

interface Lane {
  readonly env: Env;
  readonly action: Floats;
  readonly observation: Floats;
  readonly successor: Floats;
  readonly mask: Uint8Array;
  readonly successorMask: Uint8Array;
}

/** Plays lanes in this thread, in their order. */
export class LocalLanes implements LanePlayer {
  readonly buffers: LaneBuffers;
  readonly #lanes: readonly Lane[];

  /** @param envs environments of one kind, one a lane; hand in guarded ones (`makeEnv` does). */
  constructor(envs: readonly Env[], buffers: LaneBuffers = laneBuffers(firstOf(envs), envs.length)) {
    this.buffers = buffers;
    this.#lanes = envs.map((env, lane) => {
      const own = lanesOf(buffers, lane, lane + 1);
      const { actions: action, observations: observation, successors: successor } = own;
      return { env, action, observation, successor, mask: own.masks, successorMask: own.successorMasks };
    });
  }

  get laneCount(): number {
    return this.#lanes.length;
  }

  begin(): undefined {
    this.#play((lane, i) => this.#begin(lane, i));
  }

  step(): undefined {
    this.#play((lane, i) => this.#step(lane, i));
  }

  /** @throws {LaneError} for what is wrong in the first lane in which anything is */
  #play(each: (lane: Lane, i: number) => void): void {
    const lanes = this.#lanes;
    const { acting } = this.buffers;
    let i = 0;
    try {
      for (; i < lanes.length; i++) if (acting[i] === 1) each(lanes[i] as Lane, i);
    } catch (error) {
      throw error instanceof EnvError ? new LaneError(error.message, i) : error;
    }
  }

  async close(): Promise<void> {}

  #begin({ env, observation, mask }: Lane, i: number): void {
    env.reset(this.buffers.seeds[i], observation, mask);
  }

  /** Hot: bench/learn-envs.ts. */
  #step(lane: Lane, i: number): void {
    const { rewards, elapsedS, terminated, truncated } = this.buffers;
    const result: StepResult = lane.env.step(lane.action, lane.successor, lane.successorMask);
    const ended = result.terminated || result.truncated;
    rewards[i] = result.reward;
    elapsedS[i] = result.elapsedS;
    terminated[i] = result.terminated ? 1 : 0;
    truncated[i] = result.truncated ? 1 : 0;
    if (ended) {
      this.#begin(lane, i);
      return;
    }
    lane.observation.set(lane.successor);
    if (lane.mask.length > 0) lane.mask.set(lane.successorMask);
  }
}

/** Fresh arrays: float32 for what networks read, float64 for rewards and times. @param Memory what they lie in */
export function laneBuffers(
  env: AgentSpec,
  laneCount: number,
  Memory: ArrayBufferConstructor | SharedArrayBufferConstructor = ArrayBuffer,
): LaneBuffers {
  const observationSize = env.observationSpace.slots.length;
  const floats32 = (width: number): Float32Array => new Float32Array(new Memory(4 * laneCount * width));
  const floats64 = (): Float64Array => new Float64Array(new Memory(8 * laneCount));
  const bytes = (width: number): Uint8Array => new Uint8Array(new Memory(laneCount * width));
  return {
    actions: floats32(env.actionSpace.slots.length),
    observations: floats32(observationSize),
    successors: floats32(observationSize),
    masks: bytes(maskLength(env)),
    successorMasks: bytes(maskLength(env)),
    rewards: floats64(),
    elapsedS: floats64(),
    terminated: bytes(1),
    truncated: bytes(1),
    seeds: floats64(),
    acting: bytes(1).fill(1),
  };
}

/** The rows of lanes `from` to before `to`: the same memory. */
export function lanesOf(buffers: LaneBuffers, from: number, to: number): LaneBuffers {
  const part = <Rows extends Floats | Uint8Array>(rows: Rows): Rows => {
    const width = rows.length / buffers.acting.length;
    return rows.subarray(from * width, to * width) as Rows;
  };
  return {
    actions: part(buffers.actions),
    observations: part(buffers.observations),
    successors: part(buffers.successors),
    masks: part(buffers.masks),
    successorMasks: part(buffers.successorMasks),
    rewards: part(buffers.rewards),
    elapsedS: part(buffers.elapsedS),
    terminated: part(buffers.terminated),
    truncated: part(buffers.truncated),
    seeds: part(buffers.seeds),
    acting: part(buffers.acting),
  };
}

function firstOf(envs: readonly Env[]): Env {
  const [env] = envs;
  if (env === undefined) throw new RangeError("a vector of environments needs at least one");
  return env;
}
