/** Carbon intensity of a site: one line adds a kind. */
import { z } from "zod";
import { registry } from "../../base/plugin.ts";
import type { Carbon, CarbonContext } from "./carbon-factory.ts";
import { constant, intensityField } from "./constant.ts";
import { type Span, trace, traceProblem } from "./trace.ts";

export const carbonKinds = registry("carbon", [constant, trace] as const);

/** A kind; a bare quantity is the constant one. */
export const carbonSchema = z.union([intensityField, z.discriminatedUnion("kind", [constant.schema, trace.schema])]);
export type CarbonSpec = z.output<typeof carbonSchema>;

/** What shape alone cannot see: a missing start or column, or a run that leaves the table. For the second pass of validation. */
export function carbonProblem(spec: CarbonSpec, span: Span): string | undefined {
  return typeof spec !== "number" && spec.kind === "trace" ? traceProblem(spec, span) : undefined;
}

export function makeCarbon(spec: CarbonSpec, context: CarbonContext): Carbon {
  if (typeof spec === "number") return constant.create({ kind: "constant", value: spec })();
  switch (spec.kind) {
    case "constant":
      return constant.create(spec)();
    case "trace":
      return trace.create(spec)(context);
  }
}
