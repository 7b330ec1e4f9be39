import { randomNormal } from "d3-random";
import { z } from "zod";
import type { Plugin } from "../../base/plugin.ts";
import type { ForecastFactory } from "./forecast-factory.ts";
import { truthAt } from "./known.ts";

export interface WhiteForecast {
  readonly kind: "white";
  /** Deviation of the error over the mean of the whole table. */
  readonly sd: number;
}

/**
 * truth + N(0, sd x mean), one draw per row, the same at every issue and also for the present: the error of published studies. Real errors
 * are correlated, and independent ones overstate the harm (picking the least of many noisy rows picks the luckiest error), so use `noisy`.
 * @see Wiesner et al., "Let's Wait Awhile", Middleware 2021, section 5.
 */
function create(spec: WhiteForecast): ForecastFactory {
  return ({ signal, rng }) => {
    const normal = randomNormal.source(rng.uniform)(0, spec.sd * signal.mean);
    const firstRow = signal.row(Math.max(0, signal.fromS));
    const errors: number[] = [];
    return {
      predict(nowS, timeS) {
        if (timeS < nowS) return signal.at(timeS);
        const row = signal.row(Math.min(timeS, signal.untilS)) - firstRow;
        while (errors.length <= row) errors.push(normal());
        return truthAt(signal, timeS) + (errors[row] as number);
      },
    };
  };
}

export const white = {
  kind: "white",
  doc: "the truth plus independent noise per row; only to reproduce published studies",
  schema: z.strictObject({ kind: z.literal("white"), sd: z.number().min(0) }),
  create,
} as const satisfies Plugin<"white", WhiteForecast, ForecastFactory>;
