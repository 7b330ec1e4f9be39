/** A profile from a file: piecewise constant, counted from `start`, repeated for ever. */
import { z } from "zod";
import type { Plugin } from "../../base/plugin.ts";
import { type FileField, fileField, tableOf } from "../file-field.ts";
import type { Profile, ProfileClock } from "../profile.ts";
import { column, profileTable } from "../tables.ts";
import { type WanderSpec, wanderField } from "../wander.ts";

export interface TableProfileSpec {
  readonly kind: "table";
  readonly file: FileField;
  readonly wander?: WanderSpec | undefined;
}

export const table: Plugin<"table", TableProfileSpec, Profile> = {
  kind: "table",
  doc: "factors from a file (hour or time_s from start, factor), constant between rows, repeated",
  files: { file: profileTable },
  schema: z.strictObject({ kind: z.literal("table"), file: fileField, wander: wanderField }),
  create: ({ file }) => {
    const rows = tableOf(file);
    const steps = stepsOf(column(rows, "time_s"), column(rows, "factor"));
    const peakFactor = steps.factor.reduce((most, value) => Math.max(most, value));
    return { meanFactor: steps.elapsedPerPeriod / steps.periodS, peakFactor, clock: () => stepClock(steps) };
  },
};

interface Steps {
  readonly fromS: Float64Array;
  readonly factor: Float64Array;
  /** Integral of the factor from 0 to each `fromS`. */
  readonly elapsed: Float64Array;
  readonly periodS: number;
  readonly elapsedPerPeriod: number;
}

/** The last step is as long as the one before it; then the period begins again. */
function stepsOf(fromS: Float64Array, factor: Float64Array): Steps {
  const last = fromS.length - 1;
  const periodS = 2 * (fromS[last] as number) - (fromS[last - 1] as number);
  const elapsed = new Float64Array(fromS.length);
  for (let i = 1; i <= last; i++) {
    elapsed[i] = (elapsed[i - 1] as number) + (factor[i - 1] as number) * ((fromS[i] as number) - (fromS[i - 1] as number));
  }
  const elapsedPerPeriod = (elapsed[last] as number) + (factor[last] as number) * (periodS - (fromS[last] as number));
  return { fromS, factor, elapsed, periodS, elapsedPerPeriod };
}

function stepClock({ fromS, factor, elapsed, periodS, elapsedPerPeriod }: Steps): ProfileClock {
  const elapsedAt = (timeS: number): number => {
    const periods = Math.floor(timeS / periodS);
    const withinS = timeS - periods * periodS;
    const step = lastAtMost(fromS, withinS);
    return periods * elapsedPerPeriod + (elapsed[step] as number) + (factor[step] as number) * (withinS - (fromS[step] as number));
  };
  let lastS = 0;
  const timeOf = (target: number): number => {
    if (target === Number.POSITIVE_INFINITY) return target;
    const periods = Math.floor(target / elapsedPerPeriod);
    const within = target - periods * elapsedPerPeriod;
    const step = lastAtMost(elapsed, within); // the last of equals: a step of factor 0 takes no arrivals
    const rate = factor[step] as number;
    const intoStepS = rate === 0 ? 0 : (within - (elapsed[step] as number)) / rate;
    lastS = Math.max(lastS, periods * periodS + (fromS[step] as number) + intoStepS); // rounding must not turn time back
    return lastS;
  };
  return { elapsedAt, timeOf };
}

/** Position of the last entry of rising `values` that is at most `limit`; the first entry is 0 and `limit` at least 0. */
function lastAtMost(values: Float64Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) <= limit) low = middle;
    else high = middle;
  }
  return low;
}
