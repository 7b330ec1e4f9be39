/**
 * How the latencies that are seen in one interval differ from those of all times. Hot: bench/learn-envs.ts.
 *
 * A queue's law is that of all times together. Within an interval the queue is about as long throughout, so that an interval has a law of
 * its own: of the latencies above some level most fall into few intervals. Of a law whose share above a level is p, an
 * interval sees exp(-F (p^-theta - 1) / theta), with F / theta drawn from a gamma law of shape 1 / theta: over all intervals that is p again,
 * at every level. (That is Clayton's copula between the latencies of an interval, as a frailty model: Marshall & Olkin, Families of
 * multivariate distributions, J. American Statistical Association 83, 1988.) Theta is that of the wanted variance at p = 1 %, where SLOs are.
 *
 * Who is above the level by his own work alone is so in every interval (strata.ts): all this is of the others.
 *
 * The variance is that of a mean over time: what is above a high level comes in excursions, and how long they last is, in a queue near
 * its capacity, the time that the queue takes to forget, at every level. The mean over a span of t such times keeps the part
 * 2 (t - 1 + e^-t) / t^2 of the variance, and two spans that follow each other are correlated by (1 - e^-t)^2 / (2 (t - 1 + e^-t)),
 * as with every correlation that decays exponentially.
 */
import { bisect, gammaQuantile, normalCdf } from "../../../stats/index.ts";
import { LAW } from "./latency-law.ts";

/** Below so many the series is exact to rounding, and the differences are not. */
const SHORT = 1e-3;

/** Part of the variance that a mean over `t` relaxation times keeps. */
export function varianceKept(t: number): number {
  return t < SHORT ? 1 - t / 3 : (2 * (t - 1 + Math.exp(-t))) / (t * t);
}

/** Correlation of two such means that follow each other. */
export function correlationOfNext(t: number): number {
  if (t < SHORT) return 1 - (2 * t) / 3;
  const gone = 1 - Math.exp(-t);
  return (gone * gone) / (2 * (t - gone));
}

/** Share that an interval sees above a level. @param logShare logarithm of the share of all that are above it, -Infinity for none @param theta above 0 */
export function seenShare(logShare: number, theta: number, frailty: number): number {
  return Math.exp((-frailty / theta) * (Math.exp(-theta * logShare) - 1));
}

/** Writes theta and frailty of an interval into a law. @param kept part of the variance that means of intervals keep @param level standard normal: how full this one is */
export function setSeen(law: Float64Array, kept: number, level: number): void {
  law[LAW.theta] = 0;
  law[LAW.frailty] = 1;
  if (!(kept >= KEPT_LEAST)) return; // clockwork at its capacity has no slope: NaN
  const row = Math.min(Math.sqrt(kept / KEPT_MOST) * ROWS, ROWS - ROUNDING);
  const column = Math.min(Math.max((level + LEVEL_MOST) * PER_LEVEL, 0), COLUMNS - ROUNDING);
  const [i, j] = [Math.floor(row), Math.floor(column)];
  const [down, right] = [row - i, column - j];
  const [low, high] = [rowAt(i), rowAt(i + 1)];
  const at = (cells: Float64Array): number => (cells[j] as number) + right * ((cells[j + 1] as number) - (cells[j] as number));
  law[LAW.theta] = low.theta + down * (high.theta - low.theta);
  law[LAW.frailty] = Math.exp(at(low.logFrailties) + down * (at(high.logFrailties) - at(low.logFrailties)));
}

/** Less has no effect, and would drown in rounding. */
const KEPT_LEAST = 1e-6;
const THETA_LEAST = 1e-6;
/** More would ask for intervals that never end. */
const KEPT_MOST = 0.9;
const ROWS = 48;
const LEVEL_MOST = 6;
const PER_LEVEL = 4;
const COLUMNS = 2 * LEVEL_MOST * PER_LEVEL;
const ROUNDING = 1e-9;
/** The share at which the variance is right. */
const TAIL = 0.01;
const THETA_MOST = 50;

interface Row {
  readonly theta: number;
  /** By level. */
  readonly logFrailties: Float64Array;
}

const TABLE: (Row | undefined)[] = [];

function rowAt(i: number): Row {
  const known = TABLE[i];
  if (known !== undefined) return known;
  const theta = thetaOf(KEPT_MOST * (i / ROWS) * (i / ROWS));
  const logFrailties = Float64Array.from({ length: COLUMNS + 1 }, (_, j) =>
    theta === 0 ? 0 : Math.log(theta * gammaQuantile(normalCdf(LEVEL_MOST - j / PER_LEVEL), 1 / theta)),
  );
  const row = { theta, logFrailties };
  TABLE[i] = row;
  return row;
}

/** Theta of a relative variance at `TAIL`: two latencies of an interval are above it together with probability (2 p^-theta - 1)^(-1/theta). */
export function thetaOf(kept: number): number {
  if (kept === 0) return 0;
  const keptBy = (theta: number): number => {
    const both = Math.exp(-Math.log(2 * Math.exp(-theta * Math.log(TAIL)) - 1) / theta);
    return (both - TAIL * TAIL) / (TAIL * (1 - TAIL));
  };
  return bisect(keptBy, kept, THETA_LEAST, THETA_MOST);
}
