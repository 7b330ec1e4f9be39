/**
 * Markov-modulated Poisson arrivals: each state has a rate and an exponential holding time, and gives way to the next one
 * in the list, the last to the first. It starts in the long-run mixture of states.
 * @see Fischer & Meier-Hellstern, The Markov-modulated Poisson process cookbook, Performance Evaluation 18(2), 1993.
 */
import { z } from "zod";
import { quantity } from "../../base/quantity.ts";
import { arrivalPlugin, openArrivals, profileField, rateFromZero } from "../arrival-plugin.ts";
import type { ArrivalProcess } from "../arrivals.ts";

export const mmpp = arrivalPlugin({
  kind: "mmpp",
  doc: "a Poisson rate that switches through states in turn; holding gives their mean durations",
  shape: (dimension) =>
    z
      .strictObject({
        kind: z.literal("mmpp"),
        rates: z.array(rateFromZero(dimension)).min(2),
        holding: z.array(quantity("duration", { above: 0, example: "10 s" })).min(2),
        profile: profileField,
      })
      .refine((spec) => spec.rates.length === spec.holding.length, {
        error: "rates and holding must be of equal length",
        path: ["holding"],
      })
      .refine((spec) => spec.rates.some((rate) => rate > 0), { error: "one of the rates must be above 0", path: ["rates"] }),
  create: ({ rates, holding, profile }) => {
    const cycleS = holding.reduce((sum, durationS) => sum + durationS, 0);
    const meanRatePerS = rates.reduce((sum, rate, state) => sum + rate * (holding[state] as number), 0) / cycleS;
    return openArrivals(profile, {
      meanRatePerS,
      peakRatePerS: Math.max(...rates),
      create: ({ rng: { uniform } }) => modulatedPoisson({ rates, holding }, uniform),
    });
  },
});

interface States {
  readonly rates: readonly number[];
  readonly holding: readonly number[];
}

function modulatedPoisson({ rates, holding }: States, uniform: () => number): ArrivalProcess {
  const exponential = (mean: number): number => -Math.log1p(-uniform()) * mean;
  let state = longRunState(holding, uniform());
  let timeS = 0;
  let switchS = exponential(holding[state] as number);
  return {
    nextS: () => {
      for (;;) {
        const gapS = exponential(1) / (rates[state] as number); // Infinity in a silent state
        if (timeS + gapS < switchS) {
          timeS += gapS;
          return timeS;
        }
        // Memoryless: from the switch on, a fresh gap at the new rate is as good as the rest of the old one.
        timeS = switchS;
        state = (state + 1) % rates.length;
        switchS = timeS + exponential(holding[state] as number);
      }
    },
  };
}

/** The state whose share of a cycle, laid end to end, holds `u` in [0, 1). */
function longRunState(holding: readonly number[], u: number): number {
  let rest = u * holding.reduce((sum, durationS) => sum + durationS, 0);
  for (let state = 0; state < holding.length - 1; state++) {
    if (rest < (holding[state] as number)) return state;
    rest -= holding[state] as number;
  }
  return holding.length - 1;
}
