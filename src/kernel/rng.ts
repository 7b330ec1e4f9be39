/**
 * Named random streams. A child's seed is a hash of (parent seed, name): it never draws from its parent, so a new
 * consumer shifts nobody else's numbers. There is no default seed.
 */
import tychei from "seedrandom/lib/tychei.js";

export interface Rng {
  /** Uniform in [0, 1), 53 random bits. */
  uniform(): number;
  /** Uniform integer in [0, bound). */
  int(bound: number): number;
  /** A stream of its own, fixed by this stream's seed and `name` alone. */
  fork(name: string): Rng;
}

/** The root stream of a run. @throws {RangeError} unless `seed` is a safe integer >= 0. */
export function rootRng(seed: number): Rng {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`seed must be an integer >= 0, got ${seed}`);
  return new Stream(digest(`seed ${seed}`));
}

class Stream implements Rng {
  readonly #seed: string;
  readonly #double: () => number;
  /** Own property, not a method: samplers take it as a bare function. */
  readonly uniform: () => number;

  constructor(seed: string) {
    this.#seed = seed;
    // `.double()`: the plain draw has 32 bits, so its exponentials repeat and end at 22 means.
    this.#double = tychei(seed).double;
    this.uniform = this.#double;
  }

  int(bound: number): number {
    return Math.floor(this.#double() * bound);
  }

  fork(name: string): Rng {
    return new Stream(digest(`${this.#seed}/${name}`));
  }
}

/**
 * 128 bits of `text` as 32 hex digits. Fixed length matters: tychei("a\0") is tychei("a") shifted by one draw.
 * Four multiply-xor lanes over the UTF-16 code units, each lane fed by its neighbour, then mixed four times.
 */
function digest(text: string): string {
  const lanes = [0x243f6a88 ^ text.length, 0x85a308d3, 0x13198a2e, 0x03707344]; // digits of pi
  for (let i = 0; i < text.length; i++) mix(lanes, text.charCodeAt(i));
  for (let i = 0; i < 8; i++) mix(lanes, i);
  return lanes.map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
}

const LANE_MULTIPLIERS = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f]; // odd, well-spread bits

function mix(lanes: number[], word: number): void {
  for (let k = 0; k < 4; k++) {
    let lane = Math.imul((lanes[k] as number) ^ word ^ ((lanes[(k + 3) & 3] as number) >>> 11), LANE_MULTIPLIERS[k] as number);
    lane ^= lane >>> 15;
    lanes[k] = (lane + Math.imul(lanes[(k + 1) & 3] as number, 0x2545f491)) | 0;
  }
}
