import { powInt } from "../../kernel/index.ts";
import type { Case, Claim } from "../claim.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { lossLength } from "../run-length.ts";
import { arrivalRate, ofS, station } from "./station.ts";

const at = (load: number, room: number): Omit<Case, "tier"> => {
  const lost = ((1 - load) * powInt(load, room)) / (1 - powInt(load, room + 1));
  const inSystem = load / (1 - load) - ((room + 1) * powInt(load, room + 1)) / (1 - powInt(load, room + 1));
  const id = `k${room}.${load}`;
  return {
    check: (lab) =>
      replicate(lab, {
        parameters: `K = ${room}, load ${load}`,
        setting: station({
          name: "m-m-1-k",
          load,
          // K + 1 states: mixed after some (K + 1)^2 service times at any load.
          warmupS: 20 * (room + 1) * (room + 1),
          durationS: Math.ceil(lossLength(lost) / load),
          service: { queueLimit: room - 1 },
        }),
        controls: [{ of: arrivalRate, knownMean: load }],
        rows: [
          {
            id: `${id}.lost`,
            of: (run) => ofS("requests_rejected")(run) / ofS("requests_arrived")(run),
            unit: "1",
            expected: lost,
            margin: MEAN_MARGIN,
          },
          { id: `${id}.in_system_mean`, of: ofS("in_system_mean"), unit: "1", expected: inSystem, margin: MEAN_MARGIN },
        ],
      }),
  };
};

export const mm1k: Claim = {
  id: "m-m-1-k",
  title: "One server, room for K",
  source: "P(lost) = (1 - rho) rho^K/(1 - rho^(K+1)); Kleinrock, Queueing Systems I, 1975, 3.6",
  cases: [
    { tier: "quick", ...at(0.9, 5) },
    { tier: "full", ...at(0.6, 5) },
    { tier: "full", ...at(1.2, 10) },
  ],
};
