/**
 * A known number of jobs at independent uniform times over an interval (in the profile's time, where there is one), in
 * order. Each gap is drawn given the last arrival: of n points left, the first lies at 1 - U^(1/n) of what remains.
 */
import { z } from "zod";
import { quantity } from "../../base/quantity.ts";
import { arrivalPlugin, profileField } from "../arrival-plugin.ts";
import type { ArrivalOptions, ArrivalProcess } from "../arrivals.ts";
import { makeProfile } from "../profiles/index.ts";

export const uniform = arrivalPlugin({
  kind: "uniform",
  doc: "as many as `jobs` says, at independent uniform times over an interval from start",
  shape: () =>
    z.strictObject({ kind: z.literal("uniform"), over: quantity("duration", { above: 0, example: "12 h" }), profile: profileField }),
  create: ({ over, profile }) => {
    const clock = profile === undefined ? undefined : makeProfile(profile).clock;
    return {
      kind: "open",
      meanRatePerS: Number.NaN,
      peakRatePerS: Number.NaN,
      create: (options) => {
        if (clock === undefined) return orderedUniforms(over, options);
        const { elapsedAt, timeOf } = clock(options);
        const process = orderedUniforms(elapsedAt(over), options);
        return {
          nextS: () => {
            const timeS = timeOf(process.nextS());
            return timeS === Number.POSITIVE_INFINITY ? timeS : Math.min(over, timeS); // rounding must not pass the end
          },
        };
      },
    };
  },
});

function orderedUniforms(length: number, { rng: { uniform: draw }, jobs }: ArrivalOptions): ArrivalProcess {
  if (jobs === undefined) throw new Error("uniform arrivals need `jobs`, which validation asks for");
  let left = jobs;
  let at = 0;
  return {
    nextS: () => {
      if (left === 0) return Number.POSITIVE_INFINITY;
      at += (length - at) * -Math.expm1(Math.log1p(-draw()) / left);
      left--;
      return at;
    },
  };
}
