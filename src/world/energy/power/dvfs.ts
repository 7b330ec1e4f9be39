import { z } from "zod";
import type { Plugin } from "../../base/plugin.ts";
import { quantity } from "../../base/quantity.ts";
import { interpolated } from "../interpolated.ts";
import type { Clocks, PowerFactory } from "./clock-factor.ts";

export interface DvfsPower {
  readonly kind: "dvfs";
  /** Watts that flow at any load and clock. */
  readonly static: number;
  /** Switched capacitance with all cores busy, W per (Hz V^2), that is farad. */
  readonly coefficient: number;
  /** Volts at each clock level, in the order of the server's `clocks`. */
  readonly voltage: readonly number[];
}

/** What is wrong between the law and the server's clocks, or undefined. */
export function dvfsProblem(spec: DvfsPower, clocks: Clocks): string | undefined {
  if (spec.voltage.length === clocks.clocksHz.length) return undefined;
  return `power.voltage must have one value per clock level (${clocks.clocksHz.length}), got ${spec.voltage.length}`;
}

/**
 * P = static + coefficient x f V(f)^2 x u: CMOS switching power, in proportion to the share of cores that switch.
 * V is linear between clock levels and level outside them.
 * @see Chandrakasan, Sheng, Brodersen, IEEE J. Solid-State Circuits 27(4), 1992, eq. 2.
 */
function create(spec: DvfsPower): PowerFactory {
  return (clocks) => {
    const problem = dvfsProblem(spec, clocks);
    if (problem !== undefined) throw new RangeError(problem);
    const levelsHz = Float64Array.from(clocks.clocksHz);
    const volts = Float64Array.from(spec.voltage);
    const { nominalHz } = clocks;
    const staticW = spec.static;
    const { coefficient } = spec;
    return {
      powerW(utilization, clockRatio) {
        const clockHz = clockRatio * nominalHz;
        const voltageV = interpolated(levelsHz, volts, clockHz);
        return staticW + coefficient * clockHz * voltageV * voltageV * utilization;
      },
    };
  };
}

export const dvfs = {
  kind: "dvfs",
  doc: "P = static + coefficient f V(f)^2 u, with a voltage for each clock level",
  schema: z.strictObject({
    kind: z.literal("dvfs"),
    static: quantity("power", { example: "50 W" }),
    coefficient: z.number().positive(),
    voltage: z.array(z.number().positive()).min(1),
  }),
  create,
} as const satisfies Plugin<"dvfs", DvfsPower, PowerFactory>;
