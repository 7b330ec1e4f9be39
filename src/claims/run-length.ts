/** How long a replication must be, from theory, in mean service times. */
import { normalQuantile } from "../stats/index.ts";
import { LEVEL, MEAN_MARGIN, RUNS_MAX } from "./replicate.ts";

export interface Queue {
  /** Load per server, in (0, 1). */
  readonly load: number;
  /** Squared coefficients of variation of gaps and of services. */
  readonly gapCv2?: number;
  readonly workCv2?: number;
}

/**
 * Length of each of RUNS_MAX / 3 replications, such that together they give the mean number in system with an interval of
 * half the margin: T = (1 + rho)/(2 rho) 2 (ca2 + cs2) z2/((1 - rho)2 e2) service times in all. Exact for M/M/1, in heavy traffic for G/G/1.
 * @see Whitt, Planning queueing simulations, Management Science 35(11), 1989.
 */
export function runLength({ load, gapCv2 = 1, workCv2 = 1 }: Queue, margin: number = MEAN_MARGIN): number {
  const z = normalQuantile((1 + LEVEL) / 2);
  const error = margin / 2;
  const total = (((1 + load) / load) * (gapCv2 + workCv2) * z * z) / ((1 - load) * (1 - load) * error * error);
  return Math.ceil((3 * total) / RUNS_MAX);
}

/**
 * Warm-up: twenty relaxation times, so that what is left of the empty start is e^-20. The relaxation time of M/M/1 is
 * 1/(1 - sqrt rho)^2 service times; other laws scale it by their mean variability.
 * @see Abate & Whitt, Transient behavior of the M/M/1 queue, Queueing Systems 2, 1987.
 */
export function warmupLength({ load, gapCv2 = 1, workCv2 = 1 }: Queue): number {
  const root = 1 - Math.sqrt(load);
  return Math.ceil((20 * Math.max(1, (gapCv2 + workCv2) / 2)) / (root * root));
}

/**
 * Requests of each replication such that all together give a share of lost ones with an interval of half the margin. Losses
 * come in clusters, so their number varies more than a Poisson one: twice, which covers the small systems that are tried here.
 */
export function lossLength(lost: number, margin: number = MEAN_MARGIN): number {
  const z = normalQuantile((1 + LEVEL) / 2);
  const error = margin / 2;
  return Math.ceil(((3 / RUNS_MAX) * 2 * z * z) / (lost * error * error));
}
