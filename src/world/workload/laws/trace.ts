/** Work per arrival, from a column of the trace that the arrivals replay. Not drawn: the workload reads the row itself. */
import { z } from "zod";
import { lawPlugin, type MadeLaw } from "../law.ts";
import { positive } from "../size.ts";

export const trace = lawPlugin({
  kind: "trace",
  doc: "a column of the trace that the arrivals replay (default work_s), times scale: 20 ms a token, say",
  shape: (dimension) =>
    z.strictObject({ kind: z.literal("trace"), column: z.string().min(1).default("work_s"), scale: positive(dimension).default(1) }),
  create: (): MadeLaw => ({
    mean: Number.NaN,
    secondMoment: Number.NaN,
    quantile: () => Number.NaN,
    factory: () => {
      throw new Error("a trace law has no draws: the workload reads its column");
    },
  }),
});
