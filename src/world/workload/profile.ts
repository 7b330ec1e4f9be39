/** How a rate changes over time, as a factor. */
import type { Rng } from "../../kernel/index.ts";

export interface ClockOptions {
  /** Of the arrivals; what a profile draws has a stream of its own. */
  readonly rng: Rng;
  /** Seconds from midnight UTC to `start`: where a daily profile begins. */
  readonly dayOffsetS: number;
}

export interface Profile {
  /** Mean factor over a period. */
  readonly meanFactor: number;
  /** Infinity where chance sets no bound. */
  readonly peakFactor: number;
  /** A clock for one process. */
  clock(options: ClockOptions): ProfileClock;
}

/** The integral of the factor from the start on, and its inverse. */
export interface ProfileClock {
  /** Integral of the factor over [0, timeS]. */
  elapsedAt(timeS: number): number;
  /** The time at which the integral reaches `elapsed`; Infinity for Infinity. Ask in rising order. */
  timeOf(elapsed: number): number;
}
