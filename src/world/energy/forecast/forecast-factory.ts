import type { Rng } from "../../../kernel/index.ts";
import type { RowSignal } from "../row-signal.ts";
import type { Forecast } from "../signal.ts";

/** What a forecast is made from. It may look at the truth; what it hands out may not reveal it. */
export interface ForecastContext {
  readonly signal: RowSignal;
  /** A stream of the forecast's own, named after its site. */
  readonly rng: Rng;
  /** Seconds since 1970 of the scenario's `start`, if it has one. */
  readonly startEpochS: number | undefined;
}

export type ForecastFactory = (context: ForecastContext) => Forecast;
