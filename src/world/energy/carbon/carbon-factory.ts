import type { Rng } from "../../../kernel/index.ts";
import type { RowSignal } from "../row-signal.ts";
import type { Forecast } from "../signal.ts";

/** A site's intensity, g/kWh: the truth for its meters and the forecast for those who decide. */
export interface Carbon {
  readonly signal: RowSignal;
  readonly forecast: Forecast;
}

export interface CarbonContext {
  /** Seconds since 1970 of the scenario's `start`, if it has one. */
  readonly startEpochS: number | undefined;
  /** The stream of this site's forecast errors. */
  readonly rng: Rng;
}

export type CarbonFactory = (context: CarbonContext) => Carbon;
