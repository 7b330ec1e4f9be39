import type { Claim } from "../claim.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { runLength } from "../run-length.ts";
import { ofS, openControls, station } from "./station.ts";

const LOAD = 0.5;
/** Far from the median: a comparison the wrong way round gives e^-1 = 0.37 instead of 0.63. */
const LATENCY_S = 2;

export const slo: Claim = {
  id: "slo",
  title: "One server: the share of requests within an objective",
  source: "P(T <= x) = 1 - e^(-(mu - lambda) x); Kleinrock, Queueing Systems I, 1975, 5.7",
  cases: [
    {
      tier: "quick",
      check: (lab) =>
        replicate(lab, {
          parameters: `load ${LOAD}, within ${LATENCY_S} s`,
          setting: station({
            name: "slo",
            load: LOAD,
            durationS: Math.ceil(runLength({ load: LOAD }) / 4), // a share varies less than a mean
            service: { slo: { latency: `${LATENCY_S} s` } },
          }),
          controls: openControls({ load: LOAD }),
          rows: [
            {
              id: "attainment",
              of: ofS("slo_attainment"),
              unit: "1",
              expected: 1 - Math.exp(-(1 - LOAD) * LATENCY_S),
              margin: MEAN_MARGIN,
            },
          ],
        }),
    },
  ],
};
