/** A day as a cosine: mean factor 1, greatest at the peak hour (UTC), `ratio` times its least twelve hours later. */
import { z } from "zod";
import type { Plugin } from "../../base/plugin.ts";
import type { Profile, ProfileClock } from "../profile.ts";
import { type WanderSpec, wanderField } from "../wander.ts";

const DAY_S = 86_400;
const HOUR_S = 3600;
const RADIANS_PER_S = (2 * Math.PI) / DAY_S;

export interface DiurnalSpec {
  readonly kind: "diurnal";
  readonly peakHour: number;
  readonly ratio: number;
  readonly wander?: WanderSpec | undefined;
}

export const diurnal: Plugin<"diurnal", DiurnalSpec, Profile> = {
  kind: "diurnal",
  doc: "a cosine over the day with its peak at an hour UTC; ratio is peak over trough, the mean stays",
  schema: z.strictObject({
    kind: z.literal("diurnal"),
    peakHour: z.number().min(0).max(24),
    ratio: z.number().min(1).max(1e6),
    wander: wanderField,
  }),
  create: ({ peakHour, ratio }) => {
    const amplitude = (ratio - 1) / (ratio + 1); // (1 + a)/(1 - a) = ratio
    return { meanFactor: 1, peakFactor: 1 + amplitude, clock: ({ dayOffsetS }) => cosineClock(amplitude, dayOffsetS - peakHour * HOUR_S) };
  },
};

/** factor(t) = 1 + a cos(w (t + phase)), so elapsed(t) = t + a/w (sin(w (t + phase)) - sin(w phase)). */
function cosineClock(amplitude: number, phaseS: number): ProfileClock {
  const swingS = amplitude / RADIANS_PER_S;
  const atStart = Math.sin(RADIANS_PER_S * phaseS);
  const elapsedAt = (timeS: number): number => timeS + swingS * (Math.sin(RADIANS_PER_S * (timeS + phaseS)) - atStart);
  let lastS = 0; // time of the last answer: the next one is no earlier, and near
  const timeOf = (elapsed: number): number => {
    if (elapsed === Number.POSITIVE_INFINITY) return elapsed;
    let low = Math.max(lastS, elapsed - 2 * swingS);
    let high = elapsed + 2 * swingS + 1;
    let timeS = low;
    // Newton, kept inside a bracket that only shrinks: bisection where it would leave.
    for (let step = 0; step < MOST_STEPS; step++) {
      const excess = elapsedAt(timeS) - elapsed;
      if (excess > 0) high = timeS;
      else low = timeS;
      let next = timeS - excess / (1 + amplitude * Math.cos(RADIANS_PER_S * (timeS + phaseS)));
      if (!(next >= low && next <= high)) next = (low + high) / 2;
      const moveS = Math.abs(next - timeS);
      timeS = next;
      if (moveS < CLOSE_S * (1 + timeS / DAY_S)) break;
    }
    lastS = timeS;
    return timeS;
  };
  return { elapsedAt, timeOf };
}

const CLOSE_S = 1e-8; // after a Newton move this small the next would be about its square; grows with time, as rounding does
const MOST_STEPS = 200;
