import type { Case, Claim, Tier } from "../claim.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { ofS, openControls, station, type Tree } from "./station.ts";

interface Law {
  readonly name: string;
  readonly cv2: number;
  readonly work: Tree | string;
}

const GAMMA: Law = { name: "gamma", cv2: 0.25, work: { kind: "gamma", mean: "1 s", cv: 0.5 } };
const LOGNORMAL: Law = { name: "lognormal", cv2: 1, work: { kind: "lognormal", mean: "1 s", cv: 1 } };
const HYPER: Law = { name: "hyperexponential", cv2: 4, work: { kind: "hyperexponential", mean: "1 s", cv: 2 } };
const CONSTANT: Law = { name: "deterministic", cv2: 0, work: "1 s" };

const at = (tier: Tier, { name, cv2, work }: Law, load: number): Case => ({
  tier,
  check: (lab) =>
    replicate(lab, {
      parameters: `load ${load}, ${name} work, cv2 ${cv2}`,
      setting: station({ name: "m-g-1", load, workCv2: cv2, service: { work } }),
      controls: openControls({ load }),
      rows: [
        {
          id: `${name}.${load}.wait_mean`,
          of: ofS("wait_mean_s"),
          unit: "s",
          expected: (load * (1 + cv2)) / (2 * (1 - load)),
          margin: MEAN_MARGIN,
        },
      ],
    }),
});

export const mg1: Claim = {
  id: "m-g-1",
  title: "One server, any law of work",
  source: "Wq = lambda E[S^2]/(2 (1 - rho)), Pollaczek-Khinchine; Kleinrock, Queueing Systems I, 1975, 5.6",
  cases: [
    at("quick", GAMMA, 0.5),
    at("quick", LOGNORMAL, 0.5),
    at("quick", HYPER, 0.3),
    at("full", LOGNORMAL, 0.8),
    at("full", HYPER, 0.8),
  ],
};

export const md1: Claim = {
  id: "m-d-1",
  title: "One server, fixed work",
  source: "Wq = rho/(2 mu (1 - rho)); Kleinrock, Queueing Systems I, 1975, 5.6",
  cases: [at("quick", CONSTANT, 0.5), at("full", CONSTANT, 0.8), at("full", CONSTANT, 0.9)],
};
