/**
 * How environments talk to a client in another process: one line of JSON that says what they are, then frames, a request and
 * its answer by turns. A frame is its kind and the bytes of its body, both uint32, then the body. All numbers are
 * little-endian and stand in a fixed order, one row a lane; bodies begin with the widest, so that each is aligned.
 *
 * | Frame | From | Body |
 * |---|---|---|
 * | reset | client | float64 seeds, -1 for the next episode of the last seed |
 * | step | client | float32 actions |
 * | begun | server | float32 observations, uint8 masks |
 * | stepped | server | float64 rewards, elapsed times and infos; float32 observations, then last observations of the lanes that ended; uint8 terminated, truncated, masks |
 * | refused | server | what was wrong, UTF-8 |
 *
 * Only where lanes begin anew by themselves does `stepped` have last observations: else the observation is the last one.
 */
import { type Env, maskLength } from "../learn/env.ts";
import type { VectorBuffers } from "../learn/lanes.ts";
import type { Floats, Space } from "../learn/spaces.ts";
import { storedSlot } from "../learn/stored-slot.ts";

export const PROTOCOL = "cybertwin-env";
export const PROTOCOL_VERSION = 1;
export const FRAME = { reset: 1, step: 2, begun: 3, stepped: 4, refused: 5 } as const;
export const FRAME_HEAD_BYTES = 8;
/** Stands for "no seed" in a reset. */
export const NO_SEED = -1;

export interface Frame {
  readonly kind: number;
  readonly body: Uint8Array;
}

/** Lanes of one kind of environment. */
export interface Lanes {
  readonly env: Env;
  readonly count: number;
  /** Whether a lane that ends begins its next episode in the same step, which Gymnasium calls SAME_STEP, or waits for a reset. */
  readonly autoreset: boolean;
}

/** What a step of all lanes said. */
export interface Batch extends Omit<VectorBuffers, "actions" | "successorMasks"> {
  /** A row a lane, in the order of the environment's `infoNames`. */
  readonly infos: Float64Array;
}

/** After this, nobody knows where the next frame begins. */
export class BrokenFrameError extends Error {
  override readonly name = "BrokenFrameError";
}

/** The first line: everything that a client needs to read and write frames. JSON has no infinities, so bounds may be "-Infinity" and "Infinity". */
export function greeting({ env, count, autoreset }: Lanes, cybertwin: string): Uint8Array {
  const said = {
    protocol: PROTOCOL,
    version: PROTOCOL_VERSION,
    cybertwin,
    name: env.name,
    lanes: count,
    autoreset: autoreset ? "SameStep" : "Disabled", // the values of Gymnasium's AutoresetMode
    observationSpace: described(env.observationSpace),
    actionSpace: described(env.actionSpace),
    masked: env.masked,
    stepS: env.stepS,
    infoNames: env.infoNames,
  };
  return new TextEncoder().encode(`${JSON.stringify(said)}\n`);
}

function described(space: Space): unknown {
  if (space.kind !== "dict") return { kind: space.kind, slots: space.slots.map(storedSlot) };
  return { kind: space.kind, members: space.members.map(({ name, space: part }) => ({ name, space: described(part) })) };
}

/** Bytes of the body of a request. */
export function requestBytes({ env, count }: Lanes): { readonly reset: number; readonly step: number } {
  return { reset: 8 * count, step: 4 * count * env.actionSpace.slots.length };
}

export function readSeeds(body: Uint8Array): Float64Array {
  const view = viewOf(body);
  return Float64Array.from({ length: body.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

export function readActions(body: Uint8Array, actionsOut: Floats): void {
  const view = viewOf(body);
  for (let i = 0; i < actionsOut.length; i++) actionsOut[i] = view.getFloat32(4 * i, true);
}

export function begunFrame({ observations, masks }: Batch): Uint8Array {
  const writer = new FrameWriter(FRAME.begun, 4 * observations.length + masks.length);
  writer.float32(observations);
  writer.uint8(masks);
  return writer.bytes;
}

export function steppedFrame(batch: Batch, { env, count, autoreset }: Lanes): Uint8Array {
  const { rewards, elapsedS, infos, observations, successors, terminated, truncated, masks } = batch;
  const width = env.observationSpace.slots.length;
  const ended: number[] = [];
  for (let i = 0; autoreset && i < count; i++) if (terminated[i] === 1 || truncated[i] === 1) ended.push(i);
  const float64Count = rewards.length + elapsedS.length + infos.length;
  const float32Count = observations.length + width * ended.length;
  const writer = new FrameWriter(FRAME.stepped, 8 * float64Count + 4 * float32Count + 2 * count + count * maskLength(env));
  writer.float64(rewards);
  writer.float64(elapsedS);
  writer.float64(infos);
  writer.float32(observations);
  for (const lane of ended) writer.float32(successors.subarray(width * lane, width * (lane + 1)));
  writer.uint8(terminated);
  writer.uint8(truncated);
  writer.uint8(masks);
  return writer.bytes;
}

export function refusedFrame(message: string): Uint8Array {
  const body = new TextEncoder().encode(message);
  const writer = new FrameWriter(FRAME.refused, body.length);
  writer.uint8(body);
  return writer.bytes;
}

class FrameWriter {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = FRAME_HEAD_BYTES;

  constructor(kind: number, bodyBytes: number) {
    this.bytes = new Uint8Array(FRAME_HEAD_BYTES + bodyBytes);
    this.#view = viewOf(this.bytes);
    this.#view.setUint32(0, kind, true);
    this.#view.setUint32(4, bodyBytes, true);
  }

  float64(values: Floats): void {
    for (let i = 0; i < values.length; i++) this.#view.setFloat64(this.#at + 8 * i, values[i] as number, true);
    this.#at += 8 * values.length;
  }

  float32(values: Floats): void {
    for (let i = 0; i < values.length; i++) this.#view.setFloat32(this.#at + 4 * i, values[i] as number, true);
    this.#at += 4 * values.length;
  }

  uint8(values: Uint8Array): void {
    this.bytes.set(values, this.#at);
    this.#at += values.length;
  }
}

/** Cuts a stream of bytes into frames, however it arrives. */
export class FrameReader {
  readonly #bodyBytesMax: number;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(bodyBytesMax: number) {
    this.#bodyBytesMax = bodyBytesMax;
  }

  /** Bytes of a frame that has begun and not ended. */
  get pendingBytes(): number {
    return this.#rest.length;
  }

  /** The frames that these bytes complete. @throws {BrokenFrameError} for one that is longer than any may be. */
  *push(chunk: Uint8Array): Generator<Frame> {
    this.#rest = this.#rest.length === 0 ? chunk : joined(this.#rest, chunk);
    while (this.#rest.length >= FRAME_HEAD_BYTES) {
      const head = viewOf(this.#rest);
      const kind = head.getUint32(0, true);
      const bodyBytes = head.getUint32(4, true);
      if (bodyBytes > this.#bodyBytesMax) {
        throw new BrokenFrameError(
          `a frame of kind ${kind} says that its body has ${bodyBytes} bytes, at most ${this.#bodyBytesMax} are possible; the stream is out of step`,
        );
      }
      const end = FRAME_HEAD_BYTES + bodyBytes;
      if (this.#rest.length < end) return;
      const body = this.#rest.subarray(FRAME_HEAD_BYTES, end);
      this.#rest = this.#rest.subarray(end);
      yield { kind, body };
    }
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
