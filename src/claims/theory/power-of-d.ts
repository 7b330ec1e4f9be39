import { powInt } from "../../kernel/index.ts";
import type { Case, Claim, Tier } from "../claim.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { warmupLength } from "../run-length.ts";
import { arrivalRate, EXPONENTIAL, ofS, serverKind } from "./station.ts";

/** The limit is for n to infinity; the mean at n differs by a share of order 1/n, which must be small beside the margin. */
const SERVERS = 200;
/** Requests under way at the end are left out: about one in a thousand, and long ones. For the spread alone a shorter time would do. */
const DURATION_S: Readonly<Record<Tier, number>> = { quick: 1000, full: 4000 };

/** Mean latency over the work of 1 s: the sum over i >= 1 of the fraction of servers with at least i requests, over lambda. */
function limitS(load: number, d: number): number {
  let inSystem = 0;
  for (let i = 1, exponent = 1; i < 40 && exponent < 1e4; i++, exponent = exponent * d + 1) inSystem += powInt(load, exponent);
  return inSystem / load;
}

const at = (tier: Tier, load: number, d: number): Case => ({
  tier,
  check: (lab) =>
    replicate(lab, {
      parameters: `n = ${SERVERS}, load ${load}, d = ${d}`,
      setting: {
        scenario: {
          name: "power-of-d",
          warmup: warmupLength({ load }),
          duration: DURATION_S[tier],
          sites: { site: { servers: { kind: "./server.yaml", count: SERVERS } } },
          workloads: {
            s: { kind: "service", replicas: SERVERS, work: EXPONENTIAL, arrivals: { kind: "poisson", rate: load * SERVERS } },
          },
          controllers: { route: { kind: "power-of-d", d, target: { workload: "s" } } },
        },
        files: { "server.yaml": serverKind(1) },
      },
      controls: [{ of: arrivalRate, knownMean: load * SERVERS }],
      rows: [
        {
          id: `d${d}.${load}.latency_mean`,
          of: ofS("latency_mean_s"),
          unit: "s",
          expected: limitS(load, d),
          margin: MEAN_MARGIN,
          note: `limit of n to infinity, tried at n = ${SERVERS}`,
        },
      ],
    }),
});

export const powerOfD: Claim = {
  id: "power-of-d",
  title: "The least loaded of d servers drawn at random",
  source:
    "share of servers with at least i requests = lambda^((d^i - 1)/(d - 1)) for n to infinity; Mitzenmacher, IEEE TPDS 12(10), 2001; Vvedenskaya et al., 1996",
  cases: [at("quick", 0.5, 2), at("full", 0.8, 2), at("full", 0.8, 3)],
};
