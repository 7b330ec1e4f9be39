import { z } from "zod";
import type { Plugin } from "../../base/plugin.ts";
import { quantity } from "../../base/quantity.ts";
import { constantSignal } from "../row-signal.ts";
import type { CarbonFactory } from "./carbon-factory.ts";

export interface ConstantCarbon {
  readonly kind: "constant";
  /** g/kWh. */
  readonly value: number;
}

export const intensityField = quantity("carbon-intensity", { example: "300 g/kWh" });

export const constant = {
  kind: "constant",
  doc: "one intensity at all times",
  schema: z.strictObject({ kind: z.literal("constant"), value: intensityField }),
  create: (spec) => () => ({ signal: constantSignal(spec.value), forecast: { predict: () => spec.value } }),
} as const satisfies Plugin<"constant", ConstantCarbon, CarbonFactory>;
