import { z } from "zod";
import type { Plugin } from "../../base/plugin.ts";
import { quantity } from "../../base/quantity.ts";
import { errorField } from "./error-field.ts";
import type { ForecastFactory } from "./forecast-factory.ts";
import { isKnown, truthAt } from "./known.ts";

const HOUR_S = 3600;
/** Mean of |N(0, 1)|: to first order, the mean absolute relative error of a log-normal one of deviation sigma is this times sigma. */
const MAPE_OF_SIGMA = Math.sqrt(2 / Math.PI);
/** Largest mape96h / mape24h the model reaches: errors that grow as the square root of the lead and never level off. */
const RATIO_MAX = 2.7;

export interface NoisyForecast {
  readonly kind: "noisy";
  /** Mean absolute relative error over leads of 1-24 h. */
  readonly mape24h: number;
  /** The same over leads of 73-96 h. */
  readonly mape96h: number;
  /** Time between issues, seconds. */
  readonly issueEvery: number;
}

/** sigma(h) = sigmaMax sqrt(1 - e^(-2h / decayH)): deviation of the log error at a lead of h hours. */
export interface ErrorGrowth {
  readonly sigmaMax: number;
  readonly decayH: number;
}

const shapeAt = (decayH: number, leadH: number): number => Math.sqrt(1 - Math.exp((-2 * leadH) / decayH));

function meanShape(decayH: number, fromH: number, toH: number): number {
  let sum = 0;
  for (let leadH = fromH; leadH <= toH; leadH++) sum += shapeAt(decayH, leadH);
  return sum / (toH - fromH + 1);
}

/** The growth whose mean errors over leads 1-24 h and 73-96 h are those asked for, by bisection on their ratio. */
export function errorGrowth(mape24h: number, mape96h: number): ErrorGrowth {
  const ratio = mape96h / mape24h;
  let lowH = 0.1;
  let highH = 1e5;
  for (let i = 0; i < 60; i++) {
    const middleH = Math.sqrt(lowH * highH);
    if (meanShape(middleH, 73, 96) / meanShape(middleH, 1, 24) < ratio) lowH = middleH;
    else highH = middleH;
  }
  return { decayH: lowH, sigmaMax: mape24h / (MAPE_OF_SIGMA * meanShape(lowH, 1, 24)) };
}

/**
 * truth x exp(sigma Z - sigma^2 / 2), of mean 1, with Z from `errorField` and the lead counted from the last issue. Targets and leads are
 * resolved to the hour. The past and the present step are known. Beyond the table's last row, the truth is that of its last day.
 */
function create(spec: NoisyForecast): ForecastFactory {
  const { decayH, sigmaMax } = errorGrowth(spec.mape24h, spec.mape96h);
  return ({ signal, rng }) => {
    const field = errorField(rng);
    return {
      predict(nowS, timeS) {
        if (isKnown(signal, nowS, timeS)) return signal.at(timeS);
        const issuedS = Math.floor(nowS / spec.issueEvery) * spec.issueEvery;
        const targetH = Math.floor(timeS / HOUR_S);
        const leadH = Math.max(0, targetH - Math.floor(issuedS / HOUR_S));
        const sigma = sigmaMax * shapeAt(decayH, leadH);
        return truthAt(signal, timeS) * Math.exp(sigma * field.at(targetH, leadH) - (sigma * sigma) / 2);
      },
    };
  };
}

const mape = z.number().positive().max(1);

export const noisy = {
  kind: "noisy",
  doc: "the truth times a correlated error that grows with the lead, to the mean errors asked for",
  schema: z
    .strictObject({
      kind: z.literal("noisy"),
      mape24h: mape.default(0.08),
      mape96h: mape.default(0.13),
      issueEvery: quantity("duration", { min: HOUR_S, example: "1 h" }).default(HOUR_S),
    })
    .refine(({ mape24h, mape96h }) => mape96h > mape24h && mape96h < RATIO_MAX * mape24h, {
      error: `mape96h must be above mape24h and below ${RATIO_MAX} times it`,
      path: ["mape96h"],
    }),
  create,
} as const satisfies Plugin<"noisy", NoisyForecast, ForecastFactory>;
