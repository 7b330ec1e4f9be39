import type { Claim } from "../claim.ts";
import { metricOf } from "../lab-task.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { EXPONENTIAL, ofS, serverKind } from "./station.ts";

const RATE = 12;
/** The number running is Poisson with a mean of 12: none ever waits for a core. */
const CORES = 64;
const TIMEOUT_S = 0.5;
const ATTEMPTS = 3;
const TIMED_OUT = Math.exp(-TIMEOUT_S);
/** Core-seconds of a request: E[min(S, tau)], and A - 1 further attempts of tau for those that time out. */
const CORE_S = 1 - TIMED_OUT + (ATTEMPTS - 1) * TIMEOUT_S * TIMED_OUT;
/** Some twenty requests of 36,000 are under way at the end and left out: half a thousandth. */
const DURATION_S = 3000;

export const retries: Claim = {
  id: "retries",
  title: "Attempts that time out and are made again",
  source:
    "an attempt has a core to itself and repeats the same exponential work: P(timed out) = e^(-mu tau), E[attempts] = 1 + (A - 1) e^(-mu tau), busy cores = lambda (1/mu (1 - e^(-mu tau)) + (A - 1) tau e^(-mu tau)); elementary",
  cases: [
    {
      tier: "quick",
      check: (lab) =>
        replicate(lab, {
          parameters: `timeout ${TIMEOUT_S} s, ${ATTEMPTS} attempts, mean work 1 s`,
          setting: {
            scenario: {
              name: "retries",
              duration: DURATION_S,
              sites: { site: { servers: { kind: "./server.yaml" } } },
              workloads: {
                s: {
                  kind: "service",
                  discipline: "ps",
                  concurrency: "unlimited",
                  work: EXPONENTIAL,
                  arrivals: { kind: "poisson", rate: RATE },
                  resilience: { timeout: `${TIMEOUT_S} s`, attempts: ATTEMPTS, backoff: "20 ms" },
                },
              },
            },
            files: { "server.yaml": serverKind(CORES) },
          },
          rows: [
            {
              id: "timed_out",
              of: (run) => ofS("requests_timed_out")(run) / ofS("requests_arrived")(run),
              unit: "1",
              expected: TIMED_OUT,
              margin: MEAN_MARGIN,
            },
            {
              id: "attempts",
              of: (run) => ofS("attempts")(run) / ofS("requests_arrived")(run),
              unit: "1",
              expected: 1 + (ATTEMPTS - 1) * TIMED_OUT,
              margin: MEAN_MARGIN,
            },
            {
              id: "busy_cores",
              of: (run) => CORES * metricOf(run, "sites.site.utilization_mean"),
              unit: "1",
              expected: RATE * CORE_S,
              margin: MEAN_MARGIN,
            },
          ],
        }),
    },
  ],
};
