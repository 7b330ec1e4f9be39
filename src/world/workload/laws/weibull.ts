/** Weibull law: P(X > x) = exp(-(x/scale)^shape). Shape below 1: the longer it has lasted, the longer it will. */
import { z } from "zod";
import { power } from "../../../kernel/index.ts";
import { logGamma } from "../../../stats/index.ts";
import { inverseLaw, lawPlugin } from "../law.ts";
import { positive } from "../size.ts";

export const weibull = lawPlugin({
  kind: "weibull",
  doc: "Weibull law; shape below 1 has a falling hazard, 1 is exponential",
  shape: (dimension) => z.strictObject({ kind: z.literal("weibull"), shape: z.number().positive(), scale: positive(dimension) }),
  create: ({ shape, scale }) => {
    const moment = (order: number): number => Math.exp(order * Math.log(scale) + logGamma(1 + order / shape));
    return inverseLaw({ mean: moment(1), secondMoment: moment(2) }, (u) => scale * power(-Math.log1p(-u), 1 / shape));
  },
});
