/** How a rate changes over time, as a factor. */

export interface Profile {
  /** Mean factor over a period. */
  readonly meanFactor: number;
  readonly peakFactor: number;
  /** A clock for one process, which starts `dayOffsetS` seconds after midnight UTC. */
  clock(dayOffsetS: number): ProfileClock;
}

/** The integral of the factor from the start on, and its inverse. */
export interface ProfileClock {
  /** Integral of the factor over [0, timeS]. */
  elapsedAt(timeS: number): number;
  /** The time at which the integral reaches `elapsed`; Infinity for Infinity. Ask in rising order. */
  timeOf(elapsed: number): number;
}
