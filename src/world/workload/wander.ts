/**
 * A rate that wanders about its profile: each minute has a factor of its own, lognormal with mean 1, whose logarithm is a stationary
 * autoregression. With Poisson arrivals the whole is a log-Gaussian Cox process; each seed has days of its own.
 * @see Møller, Syversveen & Waagepetersen, Log Gaussian Cox Processes, Scandinavian Journal of Statistics 25(3), 1998.
 */
import { randomNormal } from "d3-random";
import { z } from "zod";
import type { Rng } from "../../kernel/index.ts";
import { quantity } from "../base/quantity.ts";
import type { Profile, ProfileClock } from "./profile.ts";

const STEP_S = 60;

export interface WanderSpec {
  /** Coefficient of variation of the factor. */
  readonly cv: number;
  /** Time after which the correlation of the factor's logarithm with itself is 1/e, seconds. */
  readonly correlation: number;
}

export const wanderField = z
  .strictObject({
    cv: z.number().gt(0).max(2).describe("coefficient of variation of the factor"),
    correlation: quantity("duration", { above: 0, example: "20 min" }).describe("until its logarithm is correlated with itself by 1/e"),
  })
  .describe("each minute's rate has a random factor of mean 1, another one for each seed")
  .optional();

/** The profile times what chance makes of it. */
export function wandering(profile: Profile, spec: WanderSpec): Profile {
  return {
    meanFactor: profile.meanFactor,
    peakFactor: Number.POSITIVE_INFINITY,
    clock: (options) => wanderingClock(profile.clock(options), new Factors(spec, options.rng.fork("wander"))),
  };
}

/** Factors by minute from the start on, drawn when they are first asked for. */
class Factors {
  readonly #values: number[] = [];
  readonly #sigma: number;
  readonly #keeps: number;
  readonly #normal: () => number;
  #x: number;

  constructor({ cv, correlation }: WanderSpec, { uniform }: Rng) {
    this.#sigma = Math.sqrt(Math.log1p(cv * cv));
    this.#keeps = Math.exp(-STEP_S / correlation);
    this.#normal = randomNormal.source(uniform)();
    this.#x = this.#normal();
  }

  at(step: number): number {
    const values = this.#values;
    while (values.length <= step) {
      values.push(Math.exp(this.#sigma * (this.#x - this.#sigma / 2)));
      this.#x = this.#keeps * this.#x + Math.sqrt(1 - this.#keeps * this.#keeps) * this.#normal();
    }
    return values[step] as number;
  }
}

/** The steady clock's integral, piece by piece times the factor of each minute. */
function wanderingClock(steady: ProfileClock, factors: Factors): ProfileClock {
  const reached = [0]; // integral at the beginning of each minute
  const grow = (): void => {
    const step = reached.length - 1;
    const steadyGain = steady.elapsedAt((step + 1) * STEP_S) - steady.elapsedAt(step * STEP_S);
    reached.push((reached[step] as number) + factors.at(step) * steadyGain);
  };
  const elapsedAt = (timeS: number): number => {
    const step = Math.floor(timeS / STEP_S);
    while (reached.length <= step) grow();
    return (reached[step] as number) + factors.at(step) * (steady.elapsedAt(timeS) - steady.elapsedAt(step * STEP_S));
  };
  let step = 0; // of the last answer: the next one is no earlier
  const timeOf = (elapsed: number): number => {
    if (elapsed === Number.POSITIVE_INFINITY) return elapsed;
    for (;;) {
      if (reached.length <= step + 1) grow();
      if ((reached[step + 1] as number) > elapsed) break;
      step++;
    }
    const steadyElapsed = steady.elapsedAt(step * STEP_S) + (elapsed - (reached[step] as number)) / factors.at(step);
    return Math.max(step * STEP_S, steady.timeOf(steadyElapsed)); // rounding must not turn time back
  };
  return { elapsedAt, timeOf };
}
