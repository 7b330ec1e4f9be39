/** Arrivals replayed from a file. `scale` multiplies the rate: times are divided by it, work stays. */
import { z } from "zod";
import { arrivalPlugin } from "../arrival-plugin.ts";
import type { ArrivalProcess, TraceArrivals } from "../arrivals.ts";
import { fileField, tableOf } from "../file-field.ts";
import { arrivalTable, column } from "../tables.ts";

export const trace = arrivalPlugin({
  kind: "trace",
  doc: "arrivals from a file (arrival_s from start; work_s, class, cores ... where given); scale multiplies the rate",
  files: { file: arrivalTable },
  shape: () => z.strictObject({ kind: z.literal("trace"), file: fileField, scale: z.number().positive().default(1) }),
  create: ({ file, scale }): TraceArrivals => {
    const table = tableOf(file);
    const timesS = column(table, "arrival_s").map((timeS) => timeS / scale);
    const lastS = timesS.at(-1) as number;
    return {
      kind: "trace",
      table,
      meanRatePerS: lastS === 0 ? Number.NaN : timesS.length / lastS,
      peakRatePerS: Number.NaN,
      create: () => new Replay(timesS),
    };
  },
});

class Replay implements ArrivalProcess {
  readonly #timesS: Float64Array;
  row = -1;

  constructor(timesS: Float64Array) {
    this.#timesS = timesS;
  }

  nextS(): number {
    if (this.row + 1 >= this.#timesS.length) return Number.POSITIVE_INFINITY;
    this.row++;
    return this.#timesS[this.row] as number;
  }
}
