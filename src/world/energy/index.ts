/** Power laws, supplies, PUE, and carbon as truth and as forecast. */
export { ACCOUNTS, type Account } from "./account.ts";
export type { Carbon, CarbonContext } from "./carbon/carbon-factory.ts";
export { amortisedG, type Embodied, gramsPerJoule, sciG } from "./carbon/grams.ts";
export { type CarbonSpec, carbonKinds, carbonProblem, carbonSchema, makeCarbon } from "./carbon/index.ts";
export { coversS, readCarbonTable } from "./carbon/trace.ts";
export type { ForecastContext } from "./forecast/forecast-factory.ts";
export { type ForecastSpec, forecastSchema, forecasts, makeForecast } from "./forecast/index.ts";
export { oracleForecast } from "./forecast/oracle.ts";
export { readForecastTable } from "./forecast/trace.ts";
export type { Clocks } from "./power/clock-factor.ts";
export { makePowerModel, type PowerSpec, powerModels, powerProblem, powerSchema } from "./power/index.ts";
export type { PowerModel } from "./power-model.ts";
export { type PsuKind, psuEfficiency, psuSchema } from "./psu.ts";
export { makePue, type Pue, type PueSpec, pueSchema, readPueTable } from "./pue.ts";
export { constantSignal, type RowSignal } from "./row-signal.ts";
export type { Forecast, Signal } from "./signal.ts";
