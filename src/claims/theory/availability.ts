import type { Claim } from "../claim.ts";
import { metricOf } from "../lab-task.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { serverKind } from "./station.ts";

const SCALE_S = 100;
/** Of a Weibull law of shape 2: scale x Gamma(1.5). */
const MTTF_S = (SCALE_S * Math.sqrt(Math.PI)) / 2;
const MTTR_S = 10;
const DOWN = MTTR_S / (MTTF_S + MTTR_S);

/**
 * K cycles give the share of time down with a relative variance of (ca2 + cb2)(1 - D)^2/K; ca2 = 4/pi - 1, cb2 = 1/12: 95,000 cycles
 * for half the margin. Servers begin with a new up time, which is worth less than half a cycle of 600.
 */
const SERVERS = 8;
const DURATION_S = 600 * (MTTF_S + MTTR_S);

export const availability: Claim = {
  id: "availability",
  title: "Servers that fail and are repaired",
  source: "A = MTTF/(MTTF + MTTR) for every law of both; Barlow & Proschan, Mathematical Theory of Reliability, 1965",
  cases: [
    {
      tier: "quick",
      check: (lab) =>
        replicate(lab, {
          parameters: "Weibull up times of shape 2, uniform repairs of 5 s to 15 s",
          setting: {
            scenario: {
              name: "availability",
              duration: DURATION_S,
              sites: { site: { servers: { kind: "./server.yaml", count: SERVERS } } },
              faults: {
                crash: {
                  kind: "server-crash",
                  target: { site: "site" },
                  mtbf: { kind: "weibull", shape: 2, scale: SCALE_S },
                  mttr: { kind: "uniform", min: "5 s", max: "15 s" },
                },
              },
            },
            files: { "server.yaml": serverKind(1) },
          },
          rows: [
            {
              id: "up",
              of: (run) => metricOf(run, "sites.site.availability"),
              unit: "1",
              expected: 1 - DOWN,
              margin: MEAN_MARGIN,
            },
            {
              id: "down",
              of: (run) => 1 - metricOf(run, "sites.site.availability"),
              unit: "1",
              expected: DOWN,
              margin: MEAN_MARGIN,
            },
            {
              id: "energy",
              of: (run) => metricOf(run, "sites.site.power_mean_w"),
              unit: "W",
              expected: SERVERS * 100 * (1 - DOWN),
              margin: MEAN_MARGIN,
              note: "a server that is down draws nothing",
            },
          ],
        }),
    },
  ],
};
