/**
 * The best that anybody can do who sees synthetic prompts, worked out from their laws alone. For an intent k the two strengths give
 * t and a number n without meaning; of a length of score z, t is normal with mean sqrt(signal) z and variance 1 - signal, so that
 * class c, cue and strengths together have the density
 *   sum over k of P(cue | k) P(k | t_k) phi(n_k) sum over lengths L in c of P(L) phi((t_k - sqrt(signal) z_L) / sd) / sd,   sd = sqrt(1 - signal).
 * The best predictor says the class of greatest density; it is right as often as the integral of the greatest says.
 */
import { classOf, type LengthTask } from "../../../experiment/length-predictor/examples.ts";
import type { Floats } from "../../../learn/spaces.ts";
import { CUE_RIGHT, INTENTS, intentShares } from "../../../world/serving/prompts/synthetic.ts";
import { tokenScores } from "../../../world/serving/prompts/token-scores.ts";

const CUES = INTENTS.length;
/** The strengths are standard normal but for the rounding of lengths to tokens: beyond six deviations lies a billionth. */
const REACH = 6;
const GRID_STEP = 0.1;
/** Densities of t are worked out on a grid and taken as straight in between. */
const T_REACH = 10;
const T_STEP = 0.005;

export class IdealPredictor {
  readonly #classCount: number;
  /** By class, then by place on the grid of t. */
  readonly #densities: readonly Float64Array[];
  readonly #shares = new Float64Array(CUES);
  readonly #scratch: Float64Array;

  /** @throws {RangeError} for a signal of 1: then t tells the length, and has no density */
  constructor(task: LengthTask) {
    if (!(task.signal < 1)) throw new RangeError(`signal must be below 1, got ${task.signal}`);
    this.#classCount = task.classesFrom.length;
    this.#densities = densitiesOf(task);
    this.#scratch = new Float64Array(this.#classCount);
  }

  /** The likeliest class of the features of a synthetic prompt. */
  classOf(features: Floats): number {
    const [material, detail] = [features[CUES] as number, features[CUES + 1] as number];
    const densities = this.#densityOf(features.indexOf(1), material, detail);
    return densities.indexOf(densities.reduce((a, b) => Math.max(a, b)));
  }

  /** How often it is right: by the midpoint rule on a plane of strengths, for each cue. */
  accuracy(): number {
    let sum = 0;
    const count = (2 * REACH) / GRID_STEP;
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        const [material, detail] = [(i + 0.5) * GRID_STEP - REACH, (j + 0.5) * GRID_STEP - REACH];
        for (let cue = 0; cue < CUES; cue++) sum += this.#densityOf(cue, material, detail).reduce((a, b) => Math.max(a, b));
      }
    }
    return sum * GRID_STEP * GRID_STEP;
  }

  #densityOf(cue: number, material: number, detail: number): Float64Array {
    const found = this.#scratch.fill(0);
    for (let k = 0; k < CUES; k++) {
      const angle = (INTENTS[k] as (typeof INTENTS)[number]).angleRad;
      const t = Math.cos(angle) * material + Math.sin(angle) * detail;
      const other = Math.cos(angle) * detail - Math.sin(angle) * material;
      intentShares(t, this.#shares);
      const cueShare = k === cue ? CUE_RIGHT : (1 - CUE_RIGHT) / (CUES - 1);
      const weight = cueShare * (this.#shares[k] as number) * phi(other);
      const at = Math.min(Math.max((t + T_REACH) / T_STEP, 0), (2 * T_REACH) / T_STEP - 1);
      const [low, part] = [Math.floor(at), at - Math.floor(at)];
      for (let c = 0; c < this.#classCount; c++) {
        const density = this.#densities[c] as Float64Array;
        found[c] = (found[c] as number) + weight * ((1 - part) * (density[low] as number) + part * (density[low + 1] as number));
      }
    }
    return found;
  }
}

function densitiesOf({ lengths, signal, classesFrom }: LengthTask): readonly Float64Array[] {
  const { leastTokens, shares, scores } = tokenScores(lengths);
  const [settled, sd] = [Math.sqrt(signal), Math.sqrt(1 - signal)];
  const densities = classesFrom.map(() => new Float64Array((2 * T_REACH) / T_STEP + 1));
  for (const [i, share] of shares.entries()) {
    const density = densities[classOf(classesFrom, leastTokens + i)] as Float64Array;
    const mean = settled * (scores[i] as number);
    const [from, to] = [-8.5, 8.5].map((reach) => Math.round((mean + reach * sd + T_REACH) / T_STEP)) as [number, number];
    for (let at = Math.max(from, 0); at <= Math.min(to, density.length - 1); at++)
      density[at] = (density[at] as number) + (share / sd) * phi((at * T_STEP - T_REACH - mean) / sd);
  }
  return densities;
}

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);
const phi = (z: number): number => Math.exp((-z * z) / 2) / ROOT_TWO_PI;
