import type { Claim } from "../claim.ts";
import { metricOf } from "../lab-task.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { runLength, warmupLength } from "../run-length.ts";
import { EXPONENTIAL, serverKind } from "./station.ts";

const LOAD = 0.5;
const DEADLINE_S = 2;

export const deadlines: Claim = {
  id: "deadlines",
  title: "Jobs on one core: the share that is late",
  source: "P(T > D) = e^(-(mu - lambda) D), T from arrival; Kleinrock, Queueing Systems I, 1975, 5.7",
  cases: [
    {
      tier: "quick",
      check: (lab) =>
        replicate(lab, {
          parameters: `load ${LOAD}, deadline ${DEADLINE_S} s`,
          setting: {
            scenario: {
              name: "deadlines",
              warmup: warmupLength({ load: LOAD }),
              duration: Math.ceil(runLength({ load: LOAD }) / 2),
              sites: { site: { servers: { kind: "./server.yaml" } } },
              workloads: {
                etl: {
                  kind: "batch",
                  cores: 1,
                  work: EXPONENTIAL,
                  deadline: `${DEADLINE_S} s`,
                  arrivals: { kind: "poisson", rate: LOAD },
                },
              },
            },
            files: { "server.yaml": serverKind(1) },
          },
          controls: [
            { of: (run) => metricOf(run, "workloads.etl.jobs_arrived") / metricOf(run, "run.measured_s"), knownMean: LOAD },
            { of: (run) => metricOf(run, "sites.site.utilization_mean"), knownMean: LOAD },
          ],
          rows: [
            {
              id: "missed",
              of: (run) => 1 - metricOf(run, "workloads.etl.deadline_attainment"),
              unit: "1",
              expected: Math.exp(-(1 - LOAD) * DEADLINE_S),
              margin: MEAN_MARGIN,
            },
          ],
        }),
    },
  ],
};
