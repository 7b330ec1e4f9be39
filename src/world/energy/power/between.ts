/** The shape shared by the laws that go from idle to peak. */
import { z } from "zod";
import { quantity } from "../../base/quantity.ts";
import { clockFactor, type PowerFactory } from "./clock-factor.ts";

/** Fields of a law with an idle and a peak wattage. */
export const idleAndPeak = {
  idle: quantity("power", { example: "100 W" }),
  peak: quantity("power", { example: "200 W" }),
};

/** True if peak is no lower than idle; `z.refine` takes it with `PEAK_MESSAGE`. */
export const peakAboveIdle = (spec: { readonly idle: number; readonly peak: number }): boolean => spec.peak >= spec.idle;
export const PEAK_MESSAGE = { error: "peak must be at least idle", path: ["peak"] };

export type IdleAndPeak<Kind extends string> = { readonly kind: Kind; readonly idle: number; readonly peak: number };

/**
 * P = idle + (peak - idle) x shape(u) x g(r), written as a weighted mean so that both ends are exact.
 * @param shape rises from 0 at u = 0 to 1 at u = 1
 */
export function between(spec: { readonly idle: number; readonly peak: number }, shape: (utilization: number) => number): PowerFactory {
  const { idle, peak } = spec;
  return () => ({
    powerW(utilization, clockRatio) {
      const share = shape(utilization) * clockFactor(clockRatio);
      return (1 - share) * idle + share * peak;
    },
  });
}

/** Schema of one such law. */
export const idleToPeakSchema = <Kind extends string>(kind: Kind) =>
  z.strictObject({ kind: z.literal(kind), ...idleAndPeak }).refine(peakAboveIdle, PEAK_MESSAGE);
