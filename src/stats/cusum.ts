/**
 * Cumulative sums: notice within a few samples that the mean of a series has moved for good.
 * @see Page, Continuous inspection schemes, Biometrika 41(1/2), 1954.
 */
import { bisect } from "./bisect.ts";
import { normalCdf } from "./laws.ts";

/** The side to which the mean is found to have moved. */
export type Drift = "up" | "down";

export interface CusumSpec {
  /** Of the series while all is well; from a reference of some hundred samples or more. */
  readonly mean: number;
  readonly deviation: number;
  /** In deviations, >= 0: half of the shift that matters. */
  readonly slack: number;
  /** In deviations, > 0; `cusumThreshold` finds it from a rate of false alarms. */
  readonly threshold: number;
}

/** Watches both sides. The run lengths below hold for independent normal samples: average correlated ones into batches first. */
export class Cusum {
  readonly #spec: CusumSpec;
  #up = 0;
  #down = 0;

  /** @throws {RangeError} for a spec out of range. */
  constructor(spec: CusumSpec) {
    if (!(spec.deviation > 0 && spec.slack >= 0 && spec.threshold > 0)) throw new RangeError(`no CUSUM from ${JSON.stringify(spec)}`);
    this.#spec = spec;
  }

  /** Takes a sample; says which side is beyond the threshold, if any. Stays in alarm until the sum falls back or `reset`. */
  add(value: number): Drift | undefined {
    const { mean, deviation, slack, threshold } = this.#spec;
    const z = (value - mean) / deviation;
    this.#up = Math.max(0, this.#up + z - slack);
    this.#down = Math.max(0, this.#down - z - slack);
    return this.#up > threshold ? "up" : this.#down > threshold ? "down" : undefined;
  }

  reset(): void {
    this.#up = 0;
    this.#down = 0;
  }
}

/** All in deviations of the samples. */
export interface CusumDesign {
  readonly slack: number;
  readonly threshold: number;
  /** By which the mean has moved: 0 for the run length to a false alarm. */
  readonly shift: number;
}

/**
 * Mean number of samples to an alarm on either side, started from zero. The two sides never help each other for a slack >= 0,
 * so their rates add. @see Kemp, J. Royal Statistical Society B 23(1), 1961; van Dobben de Bruyn, Cumulative Sum Tests, 1968.
 */
export function cusumRunLength({ slack, threshold, shift }: CusumDesign): number {
  return 1 / (1 / upperRunLength({ slack, threshold, shift }) + 1 / upperRunLength({ slack, threshold, shift: -shift }));
}

/** The threshold with `runLength` > 1 samples between false alarms, on both sides together. */
export function cusumThreshold(runLength: number, slack: number): number {
  const lengthAt = (threshold: number): number => cusumRunLength({ slack, threshold, shift: 0 });
  let high = 1;
  while (lengthAt(high) < runLength) high *= 2;
  return bisect(lengthAt, runLength, 0, high);
}

const STATES = 40;

/**
 * One side alone, by a Markov chain over the sum's values. Its error shrinks with the square of the number of states, so two
 * grids remove most of it: 2e-5 of the length at a threshold of 5.
 * @see Brook & Evans, An approach to the probability distribution of CUSUM run length, Biometrika 59(3), 1972.
 */
export function upperRunLength(design: CusumDesign): number {
  const coarse = chainRunLength(design, STATES);
  const fine = chainRunLength(design, 2 * STATES);
  return fine + (fine - coarse) / 3;
}

/** From state 0, by eliminating the other states one after the other: what leaves one is shared among those it leads to. */
function chainRunLength({ slack, threshold, shift }: CusumDesign, states: number): number {
  const width = (2 * threshold) / (2 * states - 1);
  const below = Float64Array.from({ length: 2 * states }, (_, i) => normalCdf((i - states + 0.5) * width - shift + slack));
  const upTo = (from: number, to: number): number => below[to - from + states] as number;
  const moves = Float64Array.from({ length: states * states }, (_, i) => {
    const [from, to] = [Math.floor(i / states), i % states];
    return to === 0 ? upTo(from, 0) : upTo(from, to) - upTo(from, to - 1);
  });
  const steps = new Float64Array(states).fill(1);
  for (let gone = states - 1; gone > 0; gone--) {
    const leave = 1 - (moves[gone * states + gone] as number);
    for (let from = 0; from < gone; from++) {
      const share = (moves[from * states + gone] as number) / leave;
      steps[from] = (steps[from] as number) + share * (steps[gone] as number);
      for (let to = 0; to < gone; to++)
        moves[from * states + to] = (moves[from * states + to] as number) + share * (moves[gone * states + to] as number);
    }
  }
  return (steps[0] as number) / (1 - (moves[0] as number));
}

/** One side alone in closed form, within some percent. @see Siegmund, Sequential Analysis, 1985, chapter 2. */
export function siegmundRunLength({ slack, threshold, shift }: CusumDesign): number {
  const drift = shift - slack;
  const reach = threshold + 1.166; // an overshoot of 0.583 at each end
  if (Math.abs(drift) < 1e-6) return reach * reach;
  return (Math.exp(-2 * drift * reach) + 2 * drift * reach - 1) / (2 * drift * drift);
}
