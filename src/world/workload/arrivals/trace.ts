/** Arrivals replayed from a file. `scale` multiplies the rate: times are divided by it, work stays. */
import { type ZodType, z } from "zod";
import { arrivalPlugin } from "../arrival-plugin.ts";
import type { TraceArrivals } from "../arrivals.ts";
import { Replay } from "../trace/replay.ts";
import { arrivalTrace, spreadOf, type Trace } from "../trace/trace.ts";

/** A path when parsed, a trace once the loader has looked at the file. */
const traceField: ZodType<string | Trace> = z.string().min(1);

export const trace = arrivalPlugin({
  kind: "trace",
  doc: "arrivals from a file (arrival_s from start; work_s, class, cores ... where given); scale multiplies the rate",
  files: { file: arrivalTrace },
  shape: () => z.strictObject({ kind: z.literal("trace"), file: traceField, scale: z.number().positive().default(1) }),
  create: ({ file, scale }): TraceArrivals => {
    if (typeof file === "string") throw new Error(`${file} was not loaded`);
    const lastS = (spreadOf(file, "arrival_s")?.greatest as number) / scale;
    return {
      kind: "trace",
      trace: file,
      meanRatePerS: lastS === 0 ? Number.NaN : file.rowCount / lastS,
      peakRatePerS: Number.NaN,
      replay: (read) => new Replay(file, read, scale),
    };
  },
});
