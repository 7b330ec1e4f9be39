/** Independent gaps of any law. The first arrival comes one whole gap after `start`. */
import { z } from "zod";
import type { Rng } from "../../../kernel/index.ts";
import { arrivalPlugin, openArrivals, profileField } from "../arrival-plugin.ts";
import type { ArrivalProcess } from "../arrivals.ts";
import type { LawFactory } from "../law.ts";
import { law, makeLaw } from "../laws/index.ts";

const gap = law("duration").refine((spec): boolean => spec.kind !== "trace" && !(spec.kind === "deterministic" && spec.value === 0), {
  error: "gaps between arrivals need a law with a mean above 0, not a trace",
});

export const renewal = arrivalPlugin({
  kind: "renewal",
  doc: "independent gaps of a law of your choice",
  shape: () => z.strictObject({ kind: z.literal("renewal"), gap, profile: profileField }),
  create: (spec) => {
    const { factory, mean, secondMoment } = makeLaw(spec.gap);
    return openArrivals(spec.profile, {
      meanRatePerS: 1 / mean,
      peakRatePerS: 1 / mean,
      gapCv2: Math.max(0, secondMoment / (mean * mean) - 1), // rounding must not make it negative
      create: ({ rng }) => renewalProcess(factory, rng),
    });
  },
});

export function renewalProcess(factory: LawFactory, rng: Rng): ArrivalProcess {
  const { draw } = factory(rng);
  let timeS = 0;
  return {
    nextS: () => {
      timeS += draw();
      return timeS;
    },
  };
}
