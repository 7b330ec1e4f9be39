/** The rooms' registries and schemas, put together: a new family is added here, a new kind in its own room. */
import { storedPolicy } from "../agents/stored-policy.ts";
import { controllers } from "../control/index.ts";
import { faults, readFaultTrace } from "../faults/index.ts";
import type { AnyPlugin } from "../world/base/plugin.ts";
import { parseInstant } from "../world/base/utc.ts";
import { nominalClockHz } from "../world/cluster/server-kind.ts";
import {
  type CarbonSpec,
  carbonKinds,
  carbonProblem,
  carbonSchema,
  forecasts,
  type PowerSpec,
  powerModels,
  powerProblem,
  powerSchema,
  psuSchema,
  pueSchema,
  readPueTable,
} from "../world/energy/index.ts";
import { engines } from "../world/serving/engines.ts";
import { predictors } from "../world/serving/predictors/index.ts";
import { promptKinds } from "../world/serving/prompts/index.ts";
import {
  type ArrivalsSpec,
  arrivals,
  arrivalsSchema,
  type LawSpec,
  law,
  laws,
  makeArrivals,
  makeLaw,
  profiles,
} from "../world/workload/index.ts";
import type { Parts, PluginSpec } from "./parts.ts";

/** Who may decide for an external controller: a stored policy, and what else could stand in its place. */
const policies: ReadonlyMap<string, AnyPlugin> = new Map<string, AnyPlugin>([
  [storedPolicy.kind, storedPolicy],
  ...[...controllers].filter(([kind, { decides, target }]) => kind !== "external" && decides === "periodic" && target === "service"),
]);

export const PARTS: Parts = {
  registries: {
    law: laws,
    arrival: arrivals,
    profile: profiles,
    carbon: carbonKinds,
    forecast: forecasts,
    "power model": powerModels,
    engine: engines,
    predictor: predictors,
    policy: policies,
    prompts: promptKinds,
  },
  controllers,
  faults,
  pueReader: readPueTable,
  faultTraceReader: readFaultTrace,
  law,
  arrivalsSchema,
  carbonSchema,
  pueSchema,
  psuSchema,
  powerSchema,
  parseInstant,
  meanOfLaw: (spec) => makeLaw(spec as LawSpec).mean,
  meanRate,
  traceOf,
  thinkTimeOf: (spec) => (spec.kind === "closed" ? (spec.thinkTime as PluginSpec) : undefined),
  powerProblem: (kind) =>
    powerProblem(kind.power as PowerSpec, { clocksHz: kind.clocks.toSorted((a, b) => a - b), nominalHz: nominalClockHz(kind) }),
  carbonProblem: (carbon, span) => carbonProblem(carbon as CarbonSpec, span),
};

function meanRate(spec: PluginSpec): ReturnType<Parts["meanRate"]> {
  const made = makeArrivals(spec as ArrivalsSpec);
  if (made.kind === "trace") return { kind: "trace", perS: made.meanRatePerS };
  return made.kind === "closed" || Number.isNaN(made.meanRatePerS) ? { kind: "none" } : { kind: "law", perS: made.meanRatePerS };
}

function traceOf(spec: PluginSpec): ReturnType<Parts["traceOf"]> {
  const made = makeArrivals(spec as ArrivalsSpec);
  return made.kind === "trace" ? made.trace : undefined;
}
