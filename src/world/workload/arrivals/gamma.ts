/** Renewal arrivals with gamma gaps: the usual dial for burstiness. */
import { z } from "zod";
import { arrivalPlugin, openArrivals, positiveRate, profileField } from "../arrival-plugin.ts";
import { makeLaw } from "../laws/index.ts";
import { renewalProcess } from "./renewal.ts";

export const gamma = arrivalPlugin({
  kind: "gamma",
  doc: "gamma gaps by coefficient of variation: above 1 bursty, below 1 regular, 1 is poisson",
  shape: (dimension) =>
    z.strictObject({ kind: z.literal("gamma"), rate: positiveRate(dimension), cv: z.number().min(0.001).max(100), profile: profileField }),
  create: ({ rate, cv, profile }) => {
    const { factory } = makeLaw({ kind: "gamma", mean: 1 / rate, cv });
    return openArrivals(profile, {
      meanRatePerS: rate,
      peakRatePerS: rate,
      gapCv2: cv * cv,
      create: ({ rng }) => renewalProcess(factory, rng),
    });
  },
});
