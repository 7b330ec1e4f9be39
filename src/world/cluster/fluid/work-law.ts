/** What a queueing formula wants to know of the work that requests bring. */
import { powInt, Sum } from "../../../kernel/index.ts";
import { LatencyRecorder } from "../../../stats/index.ts";
import type { MadeLaw } from "../../workload/index.ts";

/**
 * Shares below which latencies are told apart: cells around the percentiles that reports name, so that the mean of a cell
 * stands for its percentile.
 */
export const SHARES = [
  ...[0, 0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.82, 0.88, 0.92, 0.94],
  ...[0.96, 0.975, 0.985, 0.995, 0.9985, 0.9995, 1],
] as const;

/** Values that stand for each of those cells. */
const PER_CELL = 3;

export interface WorkLaw {
  /** Reference-core seconds. */
  readonly meanS: number;
  /** Squared coefficient of variation. */
  readonly cv2: number;
  /** Values that stand for the law, rising, and their shares: together they have exactly the mean. */
  readonly valuesS: Float64Array;
  readonly shares: Float64Array;
  /** Is it memoryless? Then the formulas are exact, and no quadrature may round them. */
  readonly isExponential: boolean;
}

/** Three points of Gauss and Legendre on [-1, 1]: exact for polynomials of degree five. */
const NODES = [0, -0.7745966692414834, 0.7745966692414834] as const;
const WEIGHTS = [8 / 9, 5 / 9, 5 / 9] as const;

/** @param isExponential of the law: its moments alone do not tell */
export function workLaw({ mean, secondMoment, quantile }: Omit<MadeLaw, "factory">, isExponential: boolean): WorkLaw {
  const count = PER_CELL * (SHARES.length - 1);
  const valuesS = new Float64Array(count);
  const shares = new Float64Array(count);
  let restS = mean;
  for (let i = 0; i < count; i++) {
    const cell = Math.floor(i / PER_CELL);
    const from = SHARES[cell] as number;
    const share = ((SHARES[cell + 1] as number) - from) / PER_CELL;
    shares[i] = share;
    valuesS[i] = i < count - 1 ? meanBetween(quantile, from + share * (i - PER_CELL * cell), share) : restS / share; // the last has what is left: it may have no end
    restS -= share * (valuesS[i] as number);
  }
  valuesS.sort(); // where the last cell is narrow, rounding may put what is left below its neighbour
  return { meanS: mean, cv2: Math.max(0, secondMoment / (mean * mean) - 1), valuesS, shares, isExponential };
}

/** Mean of a law's values between the shares `from` and `from + width`. */
function meanBetween(quantile: (u: number) => number, from: number, width: number): number {
  let sum = 0;
  for (let k = 0; k < NODES.length; k++) sum += (WEIGHTS[k] as number) * quantile(from + (width / 2) * (1 + (NODES[k] as number)));
  return sum / 2;
}

/** The law of works that are seen one by one, such as a column of a trace: values are known to 1/1024. */
export class WorkSample {
  readonly #recorder = new LatencyRecorder(0);
  readonly #squares = new Sum();

  add(workS: number): void {
    this.#recorder.add(workS);
    this.#squares.add(workS * workS);
  }

  law(): WorkLaw {
    const { mean, n } = this.#recorder;
    const quantile = (u: number): number => this.#recorder.percentile(u);
    return workLaw({ mean, secondMoment: this.#squares.value / n, quantile }, false);
  }
}

/**
 * How long `slots` busy servers all stay so, in light traffic and in the mean, seconds: the least of as many remaining works, the
 * integral of P(remaining work > t)^slots.
 */
export function leastRemainingS({ meanS, valuesS, shares, isExponential }: WorkLaw, slots: number): number {
  if (isExponential) return meanS / slots;
  // P(remaining > t) = E[(S - t)+] / E[S]: a straight line between two neighbours of a law of single values.
  let integralS = 0;
  let above = 1;
  let share = 1;
  let timeS = 0;
  for (let i = 0; i < valuesS.length; i++) {
    const stretchS = (valuesS[i] as number) - timeS;
    const next = Math.max(0, above - (share * stretchS) / meanS);
    if (stretchS > 0) integralS += stretchS * meanOfPower(above, next, slots);
    above = next;
    share -= shares[i] as number;
    timeS = valuesS[i] as number;
  }
  return integralS;
}

/** Mean of x^n over x between a and b. */
function meanOfPower(a: number, b: number, n: number): number {
  let sum = 0; // (a^(n+1) - b^(n+1)) / (a - b) without the differences
  for (let k = 0; k <= n; k++) sum += powInt(a, k) * powInt(b, n - k);
  return sum / (n + 1);
}
