import type { Claim } from "../claim.ts";
import { metricOf } from "../lab-task.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { runLength } from "../run-length.ts";
import { arrivalRate, ofS, station } from "./station.ts";

const LOAD = 0.6;
const TIMEOUT_S = 2;

/** Work mu = 1; what is left to do before one who arrives has the density lambda P0 e^(-(mu - lambda) x) up to tau, and is never more. */
const LEFT = Math.exp(-(1 - LOAD) * TIMEOUT_S);
const IDLE = 1 / (1 + (LOAD * (1 - LEFT)) / (1 - LOAD));

export const timeouts: Claim = {
  id: "timeouts",
  title: "One server, requests that give up, waiting or running",
  source:
    "work left is that of a dam of size tau: P0 = 1/(1 + lambda (1 - e^(-(mu - lambda) tau))/(mu - lambda)), P(timed out) = P0 e^(-(mu - lambda) tau); Cohen, The Single Server Queue, 2nd ed., 1982, III.5",
  cases: [
    {
      tier: "quick",
      check: (lab) =>
        replicate(lab, {
          parameters: `load ${LOAD}, timeout ${TIMEOUT_S} s`,
          setting: station({
            name: "timeouts",
            load: LOAD,
            durationS: Math.ceil(runLength({ load: LOAD }) / 4), // nobody stays longer than the timeout, so little is remembered
            service: { resilience: { timeout: `${TIMEOUT_S} s` } },
          }),
          controls: [{ of: arrivalRate, knownMean: LOAD }],
          rows: [
            {
              id: "timed_out",
              of: (run) => ofS("requests_timed_out")(run) / ofS("requests_arrived")(run),
              unit: "1",
              expected: IDLE * LEFT,
              margin: MEAN_MARGIN,
            },
            {
              id: "busy",
              of: (run) => metricOf(run, "sites.site.utilization_mean"),
              unit: "1",
              expected: 1 - IDLE,
              margin: MEAN_MARGIN,
            },
          ],
        }),
    },
  ],
};
