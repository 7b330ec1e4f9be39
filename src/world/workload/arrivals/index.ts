/** Every arrival process: one line adds the plugin, its YAML kind and its type. */
import { type ZodType, z } from "zod";
import { registry } from "../../base/plugin.ts";
import type { RateDimension } from "../arrival-plugin.ts";
import type { ArrivalFactory } from "../arrivals.ts";
import { closed } from "./closed.ts";
import { gamma } from "./gamma.ts";
import { mmpp } from "./mmpp.ts";
import { poisson } from "./poisson.ts";
import { renewal } from "./renewal.ts";
import { trace } from "./trace.ts";
import { uniform } from "./uniform.ts";

const ARRIVALS = [poisson, gamma, renewal, mmpp, uniform, trace, closed] as const;

export type AnyArrivalPlugin = (typeof ARRIVALS)[number];
export type ArrivalsSpec = Parameters<AnyArrivalPlugin["create"]>[0];

export const arrivals: ReadonlyMap<string, AnyArrivalPlugin> = registry<AnyArrivalPlugin>("arrivals", ARRIVALS);

/** Schema of `arrivals`, whose rates take the units of requests or of jobs. */
export function arrivalsSchema(rate: RateDimension): ZodType<ArrivalsSpec> {
  const [first, ...rest] = ARRIVALS.map((plugin) => plugin.shape(rate));
  return z.discriminatedUnion("kind", [first as z.ZodObject, ...(rest as z.ZodObject[])]) as unknown as ZodType<ArrivalsSpec>;
}

/** The arrivals of a parsed and loaded spec. @throws {Error} if a file was not loaded. */
export function makeArrivals(spec: ArrivalsSpec): ArrivalFactory {
  return pluginOf(spec).create(spec as never);
}

function pluginOf(spec: ArrivalsSpec): AnyArrivalPlugin {
  const plugin = arrivals.get(spec.kind);
  if (plugin === undefined) throw new Error(`arrivals "${spec.kind}" are not registered`);
  return plugin;
}
