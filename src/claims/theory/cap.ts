import type { Claim } from "../claim.ts";
import { metricOf } from "../lab-task.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { runLength } from "../run-length.ts";
import { erlangC } from "./erlang.ts";
import { arrivalRate, ofS, serverKind, station } from "./station.ts";

const CAP = 2;
const CORES = 8;
const LOAD = 0.6;
const LATENCY_S = 1 + erlangC(CAP, CAP * LOAD) / (CAP * (1 - LOAD));

export const cap: Claim = {
  id: "cap",
  title: "Requests that share a container, which may use c of a server's cores",
  source:
    "n requests are served at the rate min(n, c), so their number is that of M/M/c, and by Little's law the mean latency too; Kleinrock, Queueing Systems I, 1975, 3.5",
  cases: [
    {
      tier: "quick",
      check: (lab) =>
        replicate(lab, {
          parameters: `c = ${CAP} of ${CORES} cores, load ${LOAD} of the cap`,
          setting: {
            ...station({
              name: "cap",
              cores: CAP,
              load: LOAD,
              durationS: Math.ceil(runLength({ load: LOAD }) / (2 * CAP)), // a wait of 0.56 s beside the work of 1 s
              service: { discipline: "ps", concurrency: "unlimited", limits: { cpu: CAP } },
            }),
            files: { "server.yaml": serverKind(CORES) },
          },
          controls: [
            { of: arrivalRate, knownMean: CAP * LOAD },
            { of: (run) => metricOf(run, "sites.site.utilization_mean"), knownMean: (CAP * LOAD) / CORES },
          ],
          rows: [
            { id: "latency_mean", of: ofS("latency_mean_s"), unit: "s", expected: LATENCY_S, margin: MEAN_MARGIN },
            { id: "in_system_mean", of: ofS("in_system_mean"), unit: "1", expected: CAP * LOAD * LATENCY_S, margin: MEAN_MARGIN },
          ],
        }),
    },
  ],
};
