/** A piecewise-constant function of simulated time. World only: no controller ever holds one. */
export interface Signal {
  /** The value at `timeS` seconds since `start`. */
  at(timeS: number): number;
  /** The first time after `timeS` at which the value may change, or Infinity. */
  nextChangeS(timeS: number): number;
}

/** What a controller may know of a signal's future: values predicted at `nowS` for `timeS`. */
export interface Forecast {
  predict(nowS: number, timeS: number): number;
}
