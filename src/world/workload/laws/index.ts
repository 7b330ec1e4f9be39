/** Every law: one line adds the plugin, its YAML kind and its type. */
import { type ZodType, z } from "zod";
import { registry } from "../../base/plugin.ts";
import type { Dimension } from "../../base/quantity.ts";
import type { MadeLaw } from "../law.ts";
import { nonNegative } from "../size.ts";
import { boundedPareto } from "./bounded-pareto.ts";
import { deterministic } from "./deterministic.ts";
import { exponential } from "./exponential.ts";
import { gamma } from "./gamma.ts";
import { hyperexponential } from "./hyperexponential.ts";
import { lognormal } from "./lognormal.ts";
import { table } from "./table.ts";
import { trace } from "./trace.ts";
import { uniform } from "./uniform.ts";
import { weibull } from "./weibull.ts";

const LAWS = [deterministic, exponential, hyperexponential, gamma, lognormal, weibull, boundedPareto, uniform, table, trace] as const;

export type AnyLawPlugin = (typeof LAWS)[number];
export type LawSpec = Parameters<AnyLawPlugin["create"]>[0];

export const laws: ReadonlyMap<string, AnyLawPlugin> = registry<AnyLawPlugin>("law", LAWS);

/** Schema of a law of `dimension`: an object with a `kind`, or a bare quantity, the constant law. */
export function law(dimension: Dimension): ZodType<LawSpec> {
  const [first, ...rest] = LAWS.map((plugin) => plugin.shape(dimension));
  const constant = nonNegative(dimension).transform((value): LawSpec => ({ kind: "deterministic", value }));
  const byKind = z
    .discriminatedUnion("kind", [first as z.ZodObject, ...(rest as z.ZodObject[])])
    .refine((spec) => hasMoments(spec as LawSpec), { error: "this law's spread is too large to compute with" });
  return z.union([constant, byKind]) as unknown as ZodType<LawSpec>;
}

/** False where mean or second moment overflow or vanish; a table's are only known once its file is read. */
function hasMoments(spec: LawSpec): boolean {
  if (spec.kind === "table" || spec.kind === "trace") return true;
  const { mean, secondMoment } = makeLaw(spec);
  const vanishes = spec.kind !== "deterministic" && secondMoment === 0;
  return Number.isFinite(mean) && Number.isFinite(secondMoment) && !vanishes;
}

/** The law of a parsed and loaded spec. @throws {Error} if its file was not loaded. */
export function makeLaw(spec: LawSpec): MadeLaw {
  return pluginOf(spec).create(spec as never);
}

function pluginOf(spec: LawSpec): AnyLawPlugin {
  const plugin = laws.get(spec.kind);
  if (plugin === undefined) throw new Error(`law "${spec.kind}" is not registered`);
  return plugin;
}
