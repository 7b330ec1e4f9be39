import type { Case, Claim } from "../claim.ts";
import { MEAN_MARGIN, P99_MARGIN, replicate } from "../replicate.ts";
import { runLength } from "../run-length.ts";
import { ofS, openControls, station } from "./station.ts";

/** The nearest-rank p99 of n requests, some ten of which count as one independent, is off by about 100/n of itself: 0.1 %. */
const REQUESTS_MIN = 1e5;

const at = (load: number): Omit<Case, "tier"> => ({
  check: (lab) =>
    replicate(lab, {
      parameters: `load ${load}`,
      setting: station({ name: "m-m-1", load, durationS: Math.max(runLength({ load }), Math.ceil(REQUESTS_MIN / load)) }),
      controls: openControls({ load }),
      rows: [
        { id: `${load}.latency_mean`, of: ofS("latency_mean_s"), unit: "s", expected: 1 / (1 - load), margin: MEAN_MARGIN },
        { id: `${load}.wait_mean`, of: ofS("wait_mean_s"), unit: "s", expected: load / (1 - load), margin: MEAN_MARGIN },
        { id: `${load}.in_system_mean`, of: ofS("in_system_mean"), unit: "1", expected: load / (1 - load), margin: MEAN_MARGIN },
        {
          id: `${load}.latency_p99`,
          of: ofS("latency_p99_s"),
          unit: "s",
          expected: Math.log(100) / (1 - load),
          margin: P99_MARGIN,
        },
      ],
    }),
});

export const mm1: Claim = {
  id: "m-m-1",
  title: "One server, Poisson arrivals, exponential work",
  source:
    "W = 1/(mu - lambda), Wq = rho W, L = rho/(1 - rho), p99 = ln 100/(mu - lambda); Kleinrock, Queueing Systems I, 1975, 3.2 and 5.7",
  cases: [
    { tier: "quick", ...at(0.3) },
    { tier: "quick", ...at(0.5) },
    { tier: "full", ...at(0.8) },
    { tier: "full", ...at(0.9) },
    { tier: "full", ...at(0.95) },
  ],
};
