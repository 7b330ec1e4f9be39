/** Noise that continuous policies add to their actions to explore. Streams are handed in; an episode begins with its own. */
import { randomNormal } from "d3-random";
import type { Rng } from "../kernel/index.ts";
import type { Floats } from "./spaces.ts";

export interface Noise {
  /** Begins an episode: forgets the last one and draws from `rng` on. */
  reset(rng: Rng): void;
  /** Writes the noise of the next action, one number an entry. */
  sampleInto(out: Floats): void;
}

/** Independent normal draws with mean 0. */
export class GaussianNoise implements Noise {
  readonly #sd: number;
  #normal = unset;

  constructor(sd: number) {
    this.#sd = sd;
  }

  reset(rng: Rng): void {
    this.#normal = randomNormal.source(rng.uniform)(0, this.#sd);
  }

  sampleInto(out: Floats): void {
    for (let i = 0; i < out.length; i++) out[i] = this.#normal();
  }
}

export interface OrnsteinUhlenbeckSpec {
  /** Mean that it is drawn back to. */
  readonly mu: number;
  /** Strength of the drawing back, per second. */
  readonly thetaPerS: number;
  /** Diffusion, per square root of a second. */
  readonly sigma: number;
  /** Time between two actions; the noise remembers for 1 / (thetaPerS * stepS) of them. No default: published code differs by 100. */
  readonly stepS: number;
}

/**
 * Noise with memory, by Euler-Maruyama: x += theta (mu - x) dt + sigma sqrt(dt) N(0, 1), from x = mu at an episode's begin.
 * In the long run its variance is sigma^2 / (2 theta - theta^2 dt).
 * @see Uhlenbeck & Ornstein 1930; Lillicrap et al. 2016, "Continuous control with deep reinforcement learning", section 7.
 */
export class OrnsteinUhlenbeckNoise implements Noise {
  readonly #spec: OrnsteinUhlenbeckSpec;
  readonly #values: Float64Array;
  #normal = unset;

  /** @throws {RangeError} unless 0 < theta dt < 2: beyond, the noise grows without bound. */
  constructor(size: number, spec: OrnsteinUhlenbeckSpec) {
    const pull = spec.thetaPerS * spec.stepS;
    if (!(pull > 0 && pull < 2)) throw new RangeError(`thetaPerS times stepS must be between 0 and 2, got ${pull}`);
    this.#spec = spec;
    this.#values = new Float64Array(size).fill(spec.mu);
  }

  reset(rng: Rng): void {
    this.#values.fill(this.#spec.mu);
    this.#normal = randomNormal.source(rng.uniform)();
  }

  sampleInto(out: Floats): void {
    const { mu, thetaPerS, sigma, stepS } = this.#spec;
    const values = this.#values;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      values[i] = value + thetaPerS * (mu - value) * stepS + sigma * Math.sqrt(stepS) * this.#normal();
    }
    out.set(values);
  }
}

function unset(): number {
  throw new Error("noise needs reset(rng) before its first draw");
}
