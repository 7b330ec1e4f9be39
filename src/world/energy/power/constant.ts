import { z } from "zod";
import type { Plugin } from "../../base/plugin.ts";
import { quantity } from "../../base/quantity.ts";
import type { PowerFactory } from "./clock-factor.ts";

export interface ConstantPower {
  readonly kind: "constant";
  readonly watts: number;
}

export const constant = {
  kind: "constant",
  doc: "the same watts at any load and clock",
  schema: z.strictObject({ kind: z.literal("constant"), watts: quantity("power", { example: "150 W" }) }),
  create: (spec) => () => ({ powerW: () => spec.watts }),
} as const satisfies Plugin<"constant", ConstantPower, PowerFactory>;
