/** Forecasts of a site's carbon intensity: one line adds one. The truth is apart, in oracle.ts. */
import { z } from "zod";
import { registry } from "../../base/plugin.ts";
import type { Forecast } from "../signal.ts";
import { bias } from "./bias.ts";
import type { ForecastContext, ForecastFactory } from "./forecast-factory.ts";
import { noisy } from "./noisy.ts";
import { persistence } from "./persistence.ts";
import { profile } from "./profile.ts";
import { trace } from "./trace.ts";
import { white } from "./white.ts";

export const forecasts = registry("forecast", [persistence, profile, noisy, white, bias, trace] as const);

export const forecastSchema = z.discriminatedUnion("kind", [
  persistence.schema,
  profile.schema,
  noisy.schema,
  white.schema,
  bias.schema,
  trace.schema,
]);
export type ForecastSpec = z.output<typeof forecastSchema>;

export function makeForecast(spec: ForecastSpec, context: ForecastContext): Forecast {
  return factoryOf(spec)(context);
}

function factoryOf(spec: ForecastSpec): ForecastFactory {
  switch (spec.kind) {
    case "persistence":
      return persistence.create();
    case "profile":
      return profile.create();
    case "noisy":
      return noisy.create(spec);
    case "white":
      return white.create(spec);
    case "bias":
      return bias.create(spec);
    case "trace":
      return trace.create(spec);
  }
}
