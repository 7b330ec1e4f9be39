import type { RowSignal } from "../row-signal.ts";
import type { Forecast } from "../signal.ts";
import { truthAt } from "./known.ts";

/** The truth, for those that a scenario grants `oracle: [carbon]`. Not in the registry, so that no forecast can be asked to be it. */
export function oracleForecast(signal: RowSignal): Forecast {
  return { predict: (_nowS, timeS) => truthAt(signal, timeS) };
}
