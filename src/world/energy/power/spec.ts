import { z } from "zod";
import type { Plugin } from "../../base/plugin.ts";
import { quantity } from "../../base/quantity.ts";
import { clockFactor, type PowerFactory } from "./clock-factor.ts";

/** Loads of SPECpower_ssj2008: active idle, then 10 % to 100 % in steps of ten. */
const POINT_COUNT = 11;
const STEP_COUNT = POINT_COUNT - 1;

export interface SpecPower {
  readonly kind: "spec";
  /** Watts at 0, 10, ... 100 % of the highest throughput. */
  readonly watts: readonly number[];
}

const rises = (watts: readonly number[]): boolean => watts.every((w, i) => i === 0 || w >= (watts[i - 1] as number));

const watts = z
  .array(quantity("power", { example: "49.8 W" }))
  .refine((list) => list.length === POINT_COUNT, {
    error: (issue) => `must have ${POINT_COUNT} values, for 0, 10, ... 100 % load, got ${(issue.input as unknown[]).length}`,
  })
  .refine(rises, { error: "must not fall as load rises" });

/** Linear between the eleven points and exact on each; the part above idle follows the clock by `clockFactor`. */
function create(spec: SpecPower): PowerFactory {
  const points = Float64Array.from(spec.watts);
  const idleW = points[0] as number;
  return () => ({
    powerW(utilization, clockRatio) {
      const position = utilization * STEP_COUNT;
      const below = position >= STEP_COUNT ? STEP_COUNT - 1 : Math.floor(position);
      const share = position - below;
      const nominalW = (1 - share) * (points[below] as number) + share * (points[below + 1] as number);
      const dynamicShare = clockFactor(clockRatio);
      return (1 - dynamicShare) * idleW + dynamicShare * nominalW;
    },
  });
}

export const spec = {
  kind: "spec",
  doc: "the eleven published SPECpower_ssj2008 watts, linear between them",
  schema: z.strictObject({ kind: z.literal("spec"), watts }),
  create,
} as const satisfies Plugin<"spec", SpecPower, PowerFactory>;
