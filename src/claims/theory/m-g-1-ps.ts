import type { Case, Claim, Tier } from "../claim.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { EXPONENTIAL, ofS, openControls, station, type Tree } from "./station.ts";

const SHARED = { discipline: "ps", concurrency: "unlimited" };

const law = (tier: Tier, name: string, workCv2: number, work: Tree | string, load: number): Case => ({
  tier,
  check: (lab) =>
    replicate(lab, {
      parameters: `load ${load}, ${name} work`,
      setting: station({ name: "m-g-1-ps", load, workCv2, service: { ...SHARED, work } }),
      controls: openControls({ load }),
      rows: [{ id: `${name}.${load}.latency_mean`, of: ofS("latency_mean_s"), unit: "s", expected: 1 / (1 - load), margin: MEAN_MARGIN }],
    }),
});

/** Half of the requests bring 0.5 s, half 1.5 s: each takes its work over the share of the server that is left. */
const bySize = (load: number): Case => ({
  tier: "quick",
  check: (lab) =>
    replicate(lab, {
      parameters: `load ${load}, work 0.5 s or 1.5 s`,
      setting: station({
        name: "m-g-1-ps",
        load,
        workCv2: 0.25,
        service: { ...SHARED, classes: { small: { share: 0.5, work: "0.5 s" }, large: { share: 0.5, work: "1.5 s" } } },
      }),
      controls: openControls({ load }),
      rows: [
        { id: `small.${load}.latency_mean`, of: ofS("small.latency_mean_s"), unit: "s", expected: 0.5 / (1 - load), margin: MEAN_MARGIN },
        { id: `large.${load}.latency_mean`, of: ofS("large.latency_mean_s"), unit: "s", expected: 1.5 / (1 - load), margin: MEAN_MARGIN },
      ],
    }),
});

const HYPER = { kind: "hyperexponential", mean: "1 s", cv: 2 };

export const mg1ps: Claim = {
  id: "m-g-1-ps",
  title: "Processor sharing: the law of work does not matter",
  source: "E[T given x] = x/(1 - rho), so the mean is 1/(mu - lambda) for every law; Kleinrock, Queueing Systems II, 1976, chapter 4",
  cases: [
    law("quick", "exponential", 1, EXPONENTIAL, 0.5),
    law("quick", "deterministic", 0, "1 s", 0.5),
    law("quick", "hyperexponential", 4, HYPER, 0.5),
    bySize(0.5),
    law("full", "exponential", 1, EXPONENTIAL, 0.8),
    law("full", "deterministic", 0, "1 s", 0.8),
    law("full", "hyperexponential", 4, HYPER, 0.8),
  ],
};
