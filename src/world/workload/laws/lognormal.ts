/** The exponential of a normal variable, by mean and coefficient of variation or by median and sigma of the logarithm. */
import { randomNormal } from "d3-random";
import { z } from "zod";
import { normalQuantile } from "../../../stats/index.ts";
import { lawPlugin, madeLaw } from "../law.ts";
import { positive } from "../size.ts";

export const lognormal = lawPlugin({
  kind: "lognormal",
  doc: "exponential of a normal variable; give mean and cv, or median and sigma (of the logarithm)",
  shape: (dimension) =>
    z
      .strictObject({
        kind: z.literal("lognormal"),
        mean: positive(dimension).optional(),
        cv: z.number().positive().optional(),
        median: positive(dimension).optional(),
        sigma: z.number().positive().optional(),
      })
      .refine((spec) => parametersOf(spec) !== undefined, { error: "a lognormal law takes mean and cv, or median and sigma", abort: true }),
  create: (spec) => {
    const parameters = parametersOf(spec);
    if (parameters === undefined) throw new Error("a lognormal law without parameters passed its schema");
    const { median, sigma } = parameters;
    const spread = Math.exp((sigma * sigma) / 2); // mean over median
    const mean = median * spread;
    const quantile = (u: number): number => (u === 0 ? 0 : median * Math.exp(sigma * normalQuantile(u)));
    return madeLaw({ mean, secondMoment: mean * mean * spread * spread }, quantile, (uniform) => {
      const normal = randomNormal.source(uniform)(0, sigma);
      return () => median * Math.exp(normal());
    });
  },
});

interface LognormalFields {
  readonly mean?: number | undefined;
  readonly cv?: number | undefined;
  readonly median?: number | undefined;
  readonly sigma?: number | undefined;
}

/** Median and sigma of the logarithm, or undefined unless exactly one pair is given. */
function parametersOf({ mean, cv, median, sigma }: LognormalFields): { readonly median: number; readonly sigma: number } | undefined {
  if (mean !== undefined && cv !== undefined && median === undefined && sigma === undefined) {
    return { median: mean / Math.sqrt(1 + cv * cv), sigma: Math.sqrt(Math.log1p(cv * cv)) };
  }
  if (median !== undefined && sigma !== undefined && mean === undefined && cv === undefined) return { median, sigma };
  return undefined;
}
