import type { Case, Claim } from "../claim.ts";
import { metricOf } from "../lab-task.ts";
import { MEAN_MARGIN, RUNS_MAX, replicate } from "../replicate.ts";
import { arrivalRate, EXPONENTIAL, ofS, serverKind, station, type Tree } from "./station.ts";

const OFFERED = 2;
/** P(N > 32) of a Poisson number of mean 2 is 1e-28: enough to be without limit. */
const CORES = 32;
/** 100 W + n^2 W: the meter integrates the square of the number running. */
const POWER: Tree = { kind: "square", idle: "100 W", peak: `${100 + CORES * CORES} W` };
/**
 * The variance is the costlier of the two: the squared deviation of a Poisson number has variance 2 a^2 + a and, with
 * exponential work, an autocorrelation time of at most 2 s, so T = 2 (2 a^2 + a)/a^2 (z/e)^2 seconds with z/e = 2.58/0.005.
 */
const DURATION_S = Math.ceil((3 / RUNS_MAX) * 5 * (2.58 / 0.005) * (2.58 / 0.005));

const at = (law: string, work: Tree | string): Case => ({
  tier: "quick",
  check: (lab) => {
    const { scenario } = station({
      name: "m-g-inf",
      cores: CORES,
      load: OFFERED / CORES,
      durationS: DURATION_S,
      service: { concurrency: "unlimited", requests: { cpu: CORES }, work },
    });
    return replicate(lab, {
      parameters: `a = ${OFFERED}, ${law} work`,
      setting: { scenario, files: { "server.yaml": serverKind(CORES, { power: POWER }) } },
      controls: [{ of: arrivalRate, knownMean: OFFERED }],
      rows: [
        { id: `${law}.in_system_mean`, of: ofS("in_system_mean"), unit: "1", expected: OFFERED, margin: MEAN_MARGIN },
        {
          id: `${law}.in_system_variance`,
          of: (run) => metricOf(run, "sites.site.power_mean_w") - 100 - ofS("in_system_mean")(run) * ofS("in_system_mean")(run),
          unit: "1",
          expected: OFFERED,
          margin: MEAN_MARGIN,
          note: "read off a server whose watts grow with the square of its busy cores",
        },
      ],
    });
  },
});

export const mginf: Claim = {
  id: "m-g-inf",
  title: "No limit: the number in system is Poisson",
  source:
    "N ~ Poisson(lambda E[S]): mean = variance, insensitive to the law of work; Cooper, Introduction to Queueing Theory, 1981, chapter 3",
  cases: [at("exponential", EXPONENTIAL), at("deterministic", "1 s")],
};
