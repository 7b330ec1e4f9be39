/**
 * Environments served to a client in another process: the loop between requests and answers. What is asked wrongly is answered
 * with what is wrong, and the next request is heard; only a stream that is out of step ends it.
 *
 * Lanes are seeded as Gymnasium seeds them, each with a seed of its own, and go on to the next episode of that seed: lane i of
 * a vector plays what one environment plays with its seed.
 */
import type { Env } from "../learn/env.ts";
import { EnvError } from "../learn/env-error.ts";
import { actionFault } from "../learn/guarded-env.ts";
import { type LaneBuffers, laneBuffers, lanesOf } from "../learn/lanes.ts";
import {
  BrokenFrameError,
  begunFrame,
  FRAME,
  type Frame,
  FrameReader,
  greeting,
  type Lanes,
  NO_SEED,
  readActions,
  readSeeds,
  refusedFrame,
  requestBytes,
  steppedFrame,
} from "./env-protocol.ts";

/** The two ends of a pipe to one client. */
export interface Channel {
  readonly input: AsyncIterable<Uint8Array>;
  /** Resolves when the bytes have gone: nothing is made that nobody takes. */
  write(bytes: Uint8Array): Promise<void>;
}

export interface Served {
  /** Of one kind; hand in guarded ones. */
  readonly envs: readonly Env[];
  /** Whether a lane that ends begins its next episode in the same step. */
  readonly autoreset: boolean;
  /** Version of this program, for the greeting. */
  readonly version: string;
}

/**
 * Greets, then answers until the input ends.
 * @throws {BrokenFrameError} when the stream is out of step; the client has been told.
 */
export async function serveEnvs({ envs, autoreset, version }: Served, { input, write }: Channel): Promise<void> {
  const server = new EnvServer(envs, autoreset);
  const reader = new FrameReader(server.requestBytesMax);
  await write(greeting(server.lanes, version));
  try {
    for await (const chunk of input) for (const frame of reader.push(chunk)) await write(server.answer(frame));
    if (reader.pendingBytes > 0) throw new BrokenFrameError(`the input ends inside a frame, after ${reader.pendingBytes} of its bytes`);
  } catch (error) {
    if (error instanceof BrokenFrameError) await write(refusedFrame(error.message));
    throw error;
  }
}

/** Turns a request into its answer. */
export class EnvServer {
  readonly lanes: Lanes;
  readonly #envs: readonly Env[];
  readonly #buffers: LaneBuffers;
  readonly #infos: Float64Array;
  /** The same memory, lane by lane. */
  readonly #rows: readonly LaneBuffers[];
  #begun = false;

  constructor(envs: readonly Env[], autoreset: boolean) {
    const [env] = envs;
    if (env === undefined) throw new RangeError("nothing to serve");
    this.#envs = envs;
    this.lanes = { env, count: envs.length, autoreset };
    this.#buffers = laneBuffers(env, envs.length);
    this.#rows = envs.map((_, lane) => lanesOf(this.#buffers, lane, lane + 1));
    this.#infos = new Float64Array(envs.length * env.infoNames.length);
  }

  /** Bytes of the longest body that can be asked. */
  get requestBytesMax(): number {
    const { reset, step } = requestBytes(this.lanes);
    return Math.max(reset, step);
  }

  answer(frame: Frame): Uint8Array {
    try {
      return this.#answered(frame);
    } catch (error) {
      if (error instanceof EnvError) return refusedFrame(error.message);
      throw error;
    }
  }

  #answered({ kind, body }: Frame): Uint8Array {
    const { name } = this.lanes.env;
    const needed = requestBytes(this.lanes);
    switch (kind) {
      case FRAME.reset:
        requireLength(`${name}: reset`, body.length, needed.reset);
        this.#reset(readSeeds(body));
        return begunFrame({ ...this.#buffers, infos: this.#infos });
      case FRAME.step:
        requireLength(`${name}: step`, body.length, needed.step);
        readActions(body, this.#buffers.actions);
        this.#step();
        return steppedFrame({ ...this.#buffers, infos: this.#infos }, this.lanes);
      default:
        throw new EnvError(`${name}: there is no request of kind ${kind}; reset is ${FRAME.reset}, step is ${FRAME.step}`);
    }
  }

  #reset(seeds: Float64Array): void {
    seeds.forEach((seed, lane) => {
      if (seed === NO_SEED || (Number.isSafeInteger(seed) && seed >= 0)) return;
      throw new EnvError(`${this.#named(lane)}: the seed is ${seed}; seeds are whole numbers from 0 to ${Number.MAX_SAFE_INTEGER}`);
    });
    this.#begun = false; // should a lane fail, others stand elsewhere
    this.#envs.forEach((env, lane) => {
      const { observations, masks } = this.#rows[lane] as LaneBuffers;
      const seed = seeds[lane] as number;
      env.reset(seed === NO_SEED ? undefined : seed, observations, masks);
    });
    this.#begun = true;
  }

  #step(): void {
    if (!this.#begun) throw new EnvError(`${this.lanes.env.name}: a step before the first reset, or after an error in one; call reset`);
    this.#envs.forEach((env, lane) => {
      const { actions, masks } = this.#rows[lane] as LaneBuffers;
      const fault = actionFault(env.actionSpace, actions, masks);
      if (fault !== undefined) throw new EnvError(`${this.#named(lane)}: ${fault}; nothing has moved`);
    });
    this.#begun = false;
    for (let lane = 0; lane < this.#envs.length; lane++) this.#stepLane(lane);
    this.#begun = true;
  }

  #stepLane(lane: number): void {
    const env = this.#envs[lane] as Env;
    const { actions, observations, successors, masks } = this.#rows[lane] as LaneBuffers;
    const { rewards, elapsedS, terminated, truncated } = this.#buffers;
    const result = env.step(actions, successors, masks);
    const ended = result.terminated || result.truncated;
    rewards[lane] = result.reward;
    elapsedS[lane] = result.elapsedS;
    terminated[lane] = result.terminated ? 1 : 0;
    truncated[lane] = result.truncated ? 1 : 0;
    this.#infos.set(result.info, lane * result.info.length);
    if (ended && this.lanes.autoreset) env.reset(undefined, observations, masks);
    else observations.set(successors);
  }

  #named(lane: number): string {
    return this.lanes.count === 1 ? this.lanes.env.name : `${this.lanes.env.name}, lane ${lane}`;
  }
}

function requireLength(what: string, length: number, needed: number): void {
  if (length !== needed) throw new EnvError(`${what} needs a body of ${needed} bytes, this one has ${length}`);
}
