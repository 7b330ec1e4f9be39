/**
 * One of two exponentials, each carrying half of the mean ("balanced means").
 * @see Tijms, A First Course in Stochastic Models, 2003, appendix B: p = (1 + sqrt((c2 - 1)/(c2 + 1)))/2, means m/(2p), m/(2(1-p)).
 */
import { z } from "zod";
import { bisect } from "../../../stats/index.ts";
import { lawPlugin, madeLaw } from "../law.ts";
import { positive } from "../size.ts";

const MAX_CV = 1000;

export const hyperexponential = lawPlugin({
  kind: "hyperexponential",
  doc: "one of two exponentials with balanced means; cv from 1 up",
  shape: (dimension) =>
    z.strictObject({ kind: z.literal("hyperexponential"), mean: positive(dimension), cv: z.number().min(1).max(MAX_CV) }),
  create: ({ mean, cv }) => {
    const squaredCv = cv * cv;
    const root = Math.sqrt((squaredCv - 1) / (squaredCv + 1));
    const share = (1 + root) / 2; // of the shorter exponential
    const rest = 1 / ((squaredCv + 1) * (1 + root)); // 1 - share, without cancellation
    const shortMean = mean / (2 * share);
    const longMean = mean / (2 * rest);
    const below = (x: number): number => -share * Math.expm1(-x / shortMean) - rest * Math.expm1(-x / longMean);
    const quantile = (u: number): number => bisect(below, u, 0, -Math.log1p(-u) * longMean);
    return madeLaw({ mean, secondMoment: mean * mean * (1 + squaredCv) }, quantile, (uniform) => () => {
      const branchMean = uniform() < share ? shortMean : longMean;
      return -Math.log1p(-uniform()) * branchMean;
    });
  },
});
