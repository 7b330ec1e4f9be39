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
import type { Floats } from "../learn/spaces.ts";
import { vectorBuffers } from "../learn/vector-env.ts";
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
  readonly #buffers: ReturnType<typeof vectorBuffers>;
  readonly #infos: Float64Array;
  /** Each lane's rows of the buffers. */
  readonly #rows: readonly Row[];
  #begun = false;

  constructor(envs: readonly Env[], autoreset: boolean) {
    const buffers = vectorBuffers(envs);
    const [env] = envs as readonly [Env];
    this.#envs = envs;
    this.#buffers = buffers;
    this.lanes = { env, count: envs.length, autoreset };
    this.#infos = new Float64Array(envs.length * env.infoNames.length);
    this.#rows = envs.map((_, lane) => {
      const row = <A extends { subarray(from: number, to: number): A; readonly length: number }>(all: A): A =>
        all.subarray((lane * all.length) / envs.length, ((lane + 1) * all.length) / envs.length);
      return {
        action: row(buffers.actions),
        observation: row(buffers.observations),
        successor: row(buffers.successors),
        mask: row(buffers.masks),
        info: row(this.#infos),
      };
    });
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
      const { observation, mask } = this.#rows[lane] as Row;
      const seed = seeds[lane] as number;
      env.reset(seed === NO_SEED ? undefined : seed, observation, mask);
    });
    this.#begun = true;
  }

  #step(): void {
    if (!this.#begun) throw new EnvError(`${this.lanes.env.name}: a step before the first reset, or after an error in one; call reset`);
    this.#envs.forEach((env, lane) => {
      const { action, mask } = this.#rows[lane] as Row;
      const fault = actionFault(env.actionSpace, action, mask);
      if (fault !== undefined) throw new EnvError(`${this.#named(lane)}: ${fault}; nothing has moved`);
    });
    this.#begun = false;
    for (let lane = 0; lane < this.#envs.length; lane++) this.#stepLane(lane);
    this.#begun = true;
  }

  #stepLane(lane: number): void {
    const env = this.#envs[lane] as Env;
    const { action, observation, successor, mask, info } = this.#rows[lane] as Row;
    const { rewards, elapsedS, terminated, truncated } = this.#buffers;
    const result = env.step(action, successor, mask);
    rewards[lane] = result.reward;
    elapsedS[lane] = result.elapsedS;
    terminated[lane] = result.terminated ? 1 : 0;
    truncated[lane] = result.truncated ? 1 : 0;
    info.set(result.info);
    if (this.lanes.autoreset && (result.terminated || result.truncated)) env.reset(undefined, observation, mask);
    else observation.set(successor);
  }

  #named(lane: number): string {
    return this.lanes.count === 1 ? this.lanes.env.name : `${this.lanes.env.name}, lane ${lane}`;
  }
}

interface Row {
  readonly action: Floats;
  readonly observation: Floats;
  readonly successor: Floats;
  readonly mask: Uint8Array;
  readonly info: Float64Array;
}

function requireLength(what: string, length: number, needed: number): void {
  if (length !== needed) throw new EnvError(`${what} needs a body of ${needed} bytes, this one has ${length}`);
}
