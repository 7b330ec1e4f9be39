/** Gamma law by mean and coefficient of variation: shape 1/cv^2. */
import { randomGamma } from "d3-random";
import { z } from "zod";
import { power } from "../../../kernel/index.ts";
import { bisect, lowerGamma } from "../../../stats/index.ts";
import { lawPlugin, madeLaw } from "../law.ts";
import { positive } from "../size.ts";

export const gamma = lawPlugin({
  kind: "gamma",
  doc: "gamma law by mean and coefficient of variation; bursty above 1, regular below",
  shape: (dimension) => z.strictObject({ kind: z.literal("gamma"), mean: positive(dimension), cv: z.number().min(0.001).max(100) }),
  create: ({ mean, cv }) =>
    madeLaw({ mean, secondMoment: mean * mean * (1 + cv * cv) }, gammaQuantile(mean, cv), (uniform) => gammaSampler(uniform, mean, cv)),
});

function gammaQuantile(mean: number, cv: number): (u: number) => number {
  const shape = 1 / (cv * cv);
  const below = (x: number): number => lowerGamma(shape, x);
  return (u) => {
    let high = shape + 1;
    while (below(high) < u) high *= 2;
    return (mean / shape) * bisect(below, u, 0, high);
  };
}

function gammaSampler(uniform: () => number, mean: number, cv: number): () => number {
  const shape = 1 / (cv * cv);
  const scale = mean / shape;
  if (shape >= 1) return randomGamma.source(uniform)(shape, scale);
  // Gamma(k) is Gamma(k + 1) times U^(1/k). d3 does the same by a built-in power whose bits change with the Node version.
  const larger = randomGamma.source(uniform)(shape + 1, scale);
  return () => larger() * power(1 - uniform(), 1 / shape);
}
