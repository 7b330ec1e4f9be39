import type { Case, Claim } from "../claim.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { lossLength } from "../run-length.ts";
import { erlangB } from "./erlang.ts";
import { arrivalRate, EXPONENTIAL, ofS, station, type Tree } from "./station.ts";

const LAWS: Readonly<Record<string, Tree | string>> = {
  exponential: EXPONENTIAL,
  deterministic: "1 s",
  hyperexponential: { kind: "hyperexponential", mean: "1 s", cv: 2 },
};

const at = (servers: number, offered: number, law: string): Omit<Case, "tier"> => {
  const lost = erlangB(servers, offered);
  return {
    check: (lab) =>
      replicate(lab, {
        parameters: `c = ${servers}, a = ${offered}, ${law} work`,
        setting: station({
          name: "m-g-c-c",
          cores: servers,
          load: offered / servers,
          warmupS: WARMUP_S,
          durationS: Math.ceil(lossLength(lost) / offered),
          service: { queueLimit: 0, work: LAWS[law] },
        }),
        controls: [{ of: arrivalRate, knownMean: offered }],
        rows: [
          {
            id: `c${servers}.a${offered}.${law}.lost`,
            of: (run) => ofS("requests_rejected")(run) / ofS("requests_arrived")(run),
            unit: "1",
            expected: lost,
            margin: MEAN_MARGIN,
          },
        ],
      }),
  };
};

/** Nothing waits, so the past is forgotten with the requests under way: fifty mean service times. */
const WARMUP_S = 50;

export const mgcc: Claim = {
  id: "m-g-c-c",
  title: "c servers, none waits, any law of work",
  source:
    "P(lost) = Erlang's B, by B_k = a B_(k-1)/(k + a B_(k-1)), insensitive to the law of work; Cooper, Introduction to Queueing Theory, 1981, chapter 3",
  cases: [
    ...Object.keys(LAWS).map((law) => ({ tier: "quick" as const, ...at(4, 4, law) })),
    ...Object.keys(LAWS).map((law) => ({ tier: "full" as const, ...at(10, 8, law) })),
  ],
};
