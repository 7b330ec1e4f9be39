/** An open arrival process: times since `start`, in order. */
import type { Rng } from "../../kernel/index.ts";

export interface ArrivalProcess {
  /** Absolute time of the next arrival in seconds, or Infinity when there is none. Never decreases. */
  nextS(): number;
  /** Columns of the trace row of the arrival that `nextS` returned last, or undefined where arrivals follow a law. */
  readonly row?: number;
}

export interface ArrivalFactory {
  /** Long-run mean arrivals per second, or NaN where a trace decides. */
  readonly meanRatePerS: number;
  /** `undefined` for closed-loop users, which the service itself drives. */
  create(rng: Rng): ArrivalProcess;
}
