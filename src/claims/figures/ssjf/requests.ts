/** The requests of the SSJF study: true and predicted output lengths, drawn together from the released predictions, and their arrivals. */
import { type Rng, Sum } from "../../../kernel/index.ts";
import { makeLaw } from "../../../world/workload/index.ts";
import { traceColumns } from "../../traces.ts";
import type { Job } from "./scheduler.ts";
import type { Quirks } from "./variant.ts";

/** Work of a request: a constant and a time for each output token. */
export const WORK_CONST_S = 0.1;
export const WORK_S_PER_TOKEN = 0.02;

export type PredictorName = "three-class" | "five-class";
export const CLASS_COUNTS: Readonly<Record<PredictorName, number>> = { "three-class": 3, "five-class": 5 };

export interface Arrivals {
  readonly kind: "poisson" | "gamma";
  readonly ratePerS: number;
  /** Of the gaps. */
  readonly cv: number;
}

/** One run's requests, by number, in order of arrival. */
export interface Requests {
  readonly jobs: readonly Job[];
  readonly tokens: Float64Array;
  readonly predictedS: Readonly<Record<PredictorName, Float64Array>>;
  /** Lengths drawn apart from the true ones: what the dial turns to. */
  readonly randomTokens: Float64Array;
}

/** Every request of the released files. */
export interface Population {
  readonly tokens: Float64Array;
  readonly classes: Readonly<Record<PredictorName, Float64Array>>;
  /** Mean true length of those with each predicted class. */
  readonly meanTokens: Readonly<Record<PredictorName, readonly number[]>>;
}

/** Reads traces/ssjf-joint-counts.csv: how many requests have a length and a pair of predicted classes. */
export function readPopulation(): Population {
  const pairs = Array.from({ length: 15 }, (_, k) => ({ three: Math.floor(k / 5), five: k % 5, name: `n_${Math.floor(k / 5)}_${k % 5}` }));
  const table = traceColumns("ssjf-joint-counts.csv", ["output_tokens", ...pairs.map(({ name }) => name)]);
  const lengths = table.output_tokens as Float64Array;
  const rows: { readonly tokens: number; readonly three: number; readonly five: number }[] = [];
  for (const { three, five, name } of pairs) {
    const counts = table[name] as Float64Array;
    for (const [i, tokens] of lengths.entries()) for (let n = counts[i] as number; n > 0; n--) rows.push({ tokens, three, five });
  }
  const tokens = Float64Array.from(rows, (row) => row.tokens);
  const classes = { "three-class": Float64Array.from(rows, (row) => row.three), "five-class": Float64Array.from(rows, (row) => row.five) };
  const meanTokens = {
    "three-class": meansOf(tokens, classes["three-class"], CLASS_COUNTS["three-class"]),
    "five-class": meansOf(tokens, classes["five-class"], CLASS_COUNTS["five-class"]),
  };
  return { tokens, classes, meanTokens };
}

function meansOf(tokens: Float64Array, classes: Float64Array, count: number): readonly number[] {
  const sums = Array.from({ length: count }, () => ({ sum: new Sum(), n: 0 }));
  for (const [i, value] of tokens.entries()) {
    const mine = sums[classes[i] as number] as { sum: Sum; n: number };
    mine.sum.add(value);
    mine.n++;
  }
  return sums.map(({ sum, n }) => sum.value / n);
}

/** `count` requests; the quirks that concern them are those of arrivals and of what a class stands for. The same draws for any quirks. */
export function drawRequests(population: Population, count: number, arrivals: Arrivals, quirks: Quirks, rng: Rng): Requests {
  const arrivalsS = drawArrivals(count, arrivals, quirks, rng.fork("arrivals"));
  const { tokens, classes, meanTokens } = population;
  const [lengths, others] = [rng.fork("lengths"), rng.fork("random lengths")];
  const ids = Array.from({ length: count }, () => lengths.int(tokens.length));
  const drawn = Float64Array.from(ids, (id) => tokens[id] as number);
  const predictionOf = (name: PredictorName): Float64Array =>
    Float64Array.from(ids, (id) => {
      const predicted = classes[name][id] as number;
      return workS(quirks.readsClassAsTokens ? predicted : (meanTokens[name][predicted] as number));
    });
  return {
    jobs: arrivalsS.map((arrivalS, i) => ({ arrivalS, workS: workS(drawn[i] as number) })),
    tokens: drawn,
    predictedS: { "three-class": predictionOf("three-class"), "five-class": predictionOf("five-class") },
    randomTokens: Float64Array.from(ids, () => tokens[others.int(tokens.length)] as number),
  };
}

/** Rounded to a hundredth of a second, as the released program does; exact for whole tokens. */
export function workS(tokens: number): number {
  return Math.round(100 * (WORK_CONST_S + WORK_S_PER_TOKEN * tokens)) / 100;
}

function drawArrivals(count: number, { kind, ratePerS, cv }: Arrivals, { wholeSeconds, sortsGaps }: Quirks, rng: Rng): readonly number[] {
  const { draw } = makeLaw(
    kind === "poisson" ? { kind: "exponential", mean: 1 / ratePerS } : { kind: "gamma", mean: 1 / ratePerS, cv },
  ).factory(rng);
  const gapsS = Array.from({ length: count }, () => draw());
  if (kind === "gamma" && sortsGaps) gapsS.sort((a, b) => a - b);
  let nowS = 0;
  const timesS = gapsS.map((gapS) => {
    nowS += gapS;
    return nowS;
  });
  return kind === "poisson" && wholeSeconds ? timesS.map(Math.floor) : timesS;
}

/** Predictions between the oracle (dial 0) and an independent draw from the same lengths (dial 1). */
export function dialled({ tokens, randomTokens }: Requests, dial: number): Float64Array {
  return tokens.map((length, i) => WORK_CONST_S + WORK_S_PER_TOKEN * ((1 - dial) * length + dial * (randomTokens[i] as number)));
}
