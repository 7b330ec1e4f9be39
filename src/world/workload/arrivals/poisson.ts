/** Independent arrivals at a constant rate. */
import { z } from "zod";
import { arrivalPlugin, openArrivals, positiveRate, profileField } from "../arrival-plugin.ts";

export const poisson = arrivalPlugin({
  kind: "poisson",
  doc: "independent arrivals: exponential gaps",
  shape: (dimension) => z.strictObject({ kind: z.literal("poisson"), rate: positiveRate(dimension), profile: profileField }),
  create: ({ rate, profile }) =>
    openArrivals(profile, {
      meanRatePerS: rate,
      peakRatePerS: rate,
      gapCv2: 1,
      create: ({ rng: { uniform } }) => {
        const meanGapS = 1 / rate;
        let timeS = 0;
        return {
          nextS: () => {
            timeS += -Math.log1p(-uniform()) * meanGapS;
            return timeS;
          },
        };
      },
    }),
});
