import type { Case, Claim } from "../claim.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { EXPONENTIAL, ofS, serverKind, type Tree } from "./station.ts";

const USERS = 8;
const THINK_S = 5;

/** Latency at one station of mean work 1 s by mean value analysis: R(n) = D (1 + L(n - 1)), X(n) = n/(Z + R(n)), L = X R. */
function latencyS(users: number, thinkS: number): number {
  let inStation = 0;
  let latency = 0;
  for (let n = 1; n <= users; n++) {
    latency = 1 + inStation;
    inStation = (n / (thinkS + latency)) * latency;
  }
  return latency;
}

/** Eight users forget where they were within some cycles; fifty of them are the warm-up. */
const WARMUP_S = 50 * (THINK_S + USERS);
const DURATION_S = 20_000;

const at = (name: string, service: Tree): Case => {
  const expected = latencyS(USERS, THINK_S);
  return {
    tier: "quick",
    check: (lab) =>
      replicate(lab, {
        parameters: `${USERS} users, think ${THINK_S} s, ${name}`,
        setting: {
          scenario: {
            name: "closed-loop",
            warmup: WARMUP_S,
            duration: DURATION_S,
            sites: { site: { servers: { kind: "./server.yaml" } } },
            workloads: {
              s: {
                kind: "service",
                ...service,
                arrivals: { kind: "closed", users: USERS, thinkTime: { kind: "exponential", mean: THINK_S } },
              },
            },
          },
          files: { "server.yaml": serverKind(1) },
        },
        rows: [
          { id: `${name}.latency_mean`, of: ofS("latency_mean_s"), unit: "s", expected, margin: MEAN_MARGIN },
          {
            id: `${name}.throughput`,
            of: ofS("throughput_per_s"),
            unit: "1/s",
            expected: USERS / (THINK_S + expected),
            margin: MEAN_MARGIN,
          },
        ],
      }),
  };
};

export const closedLoop: Claim = {
  id: "closed-loop",
  title: "Users who wait for their answers, at one station",
  source:
    "mean value analysis, R(n) = D (1 + L(n - 1)), X = N/(Z + R); Reiser & Lavenberg, Journal of the ACM 27(2), 1980; at a shared processor for every law of work, Baskett et al., Journal of the ACM 22(2), 1975",
  cases: [
    at("fcfs-exponential", { work: EXPONENTIAL }),
    at("ps-deterministic", { discipline: "ps", work: "1 s" }),
    at("ps-hyperexponential", { discipline: "ps", work: { kind: "hyperexponential", mean: "1 s", cv: 2 } }),
  ],
};
