import { z } from "zod";
import type { Plugin } from "../../base/plugin.ts";
import type { ForecastFactory } from "./forecast-factory.ts";
import { isKnown, truthAt } from "./known.ts";

export interface BiasForecast {
  readonly kind: "bias";
  readonly factor: number;
}

export const bias = {
  kind: "bias",
  doc: "the truth times one factor, for every step after the present one",
  schema: z.strictObject({ kind: z.literal("bias"), factor: z.number().positive() }),
  create:
    (spec) =>
    ({ signal }) => ({
      predict: (nowS, timeS) => (isKnown(signal, nowS, timeS) ? signal.at(timeS) : spec.factor * truthAt(signal, timeS)),
    }),
} as const satisfies Plugin<"bias", BiasForecast, ForecastFactory>;
