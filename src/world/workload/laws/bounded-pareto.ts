/**
 * Pareto law cut to [min, max]: P(X > x) = ((min/x)^a - (min/max)^a) / (1 - (min/max)^a) for shape a.
 * @see Harchol-Balter, Performance Modeling and Design of Computer Systems, 2013, section 20.4.
 */
import { z } from "zod";
import { inverseLaw, lawPlugin } from "../law.ts";
import { positive } from "../size.ts";

export const boundedPareto = lawPlugin({
  kind: "bounded-pareto",
  doc: "heavy tail of the given shape between min and max",
  shape: (dimension) =>
    z
      .strictObject({ kind: z.literal("bounded-pareto"), shape: z.number().positive(), min: positive(dimension), max: positive(dimension) })
      .refine((spec) => spec.min < spec.max, { error: "min must be below max", path: ["min"], abort: true }),
  create: ({ shape, min, max }) => {
    const logRange = Math.log(max / min);
    const mass = -Math.expm1(-shape * logRange); // of the uncut law below max
    const moment = (order: number): number => (shape * Math.exp(order * Math.log(min)) * growth(order - shape, logRange)) / mass;
    return inverseLaw({ mean: moment(1), secondMoment: moment(2) }, (u) => Math.min(max, min * Math.exp(-Math.log1p(-u * mass) / shape)));
  },
});

/** (e^(rate x) - 1) / rate, and its limit x where the rate is 0. */
const growth = (rate: number, x: number): number => (rate === 0 ? x : Math.expm1(rate * x) / rate);
