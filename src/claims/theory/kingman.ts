import type { Claim } from "../claim.ts";
import { replicate } from "../replicate.ts";
import { ofS, openControls, station } from "./station.ts";

const LOAD = 0.6;
const GAP_CV = 1.5;
const WORK_CV = 0.5;

/** lambda (s_a^2 + s_s^2)/(2 (1 - rho)) with gaps of mean 1/lambda. */
const boundS = (LOAD * ((GAP_CV / LOAD) * (GAP_CV / LOAD) + WORK_CV * WORK_CV)) / (2 * (1 - LOAD));

export const kingman: Claim = {
  id: "kingman",
  title: "One server, bursty arrivals: an upper bound of the wait",
  source: "Wq <= lambda (s_a^2 + s_s^2)/(2 (1 - rho)); Kingman, Journal of the Royal Statistical Society B 32(1), 1970",
  cases: [
    {
      tier: "quick",
      check: (lab) =>
        replicate(lab, {
          parameters: `load ${LOAD}, hyperexponential gaps of cv ${GAP_CV}, gamma work of cv ${WORK_CV}`,
          setting: station({
            name: "kingman",
            load: LOAD,
            gapCv2: GAP_CV * GAP_CV,
            workCv2: WORK_CV * WORK_CV,
            durationS: 20_000,
            service: {
              work: { kind: "gamma", mean: "1 s", cv: WORK_CV },
              arrivals: { kind: "renewal", gap: { kind: "hyperexponential", mean: `${1 / LOAD} s`, cv: GAP_CV } },
            },
          }),
          controls: openControls({ load: LOAD }),
          rows: [{ id: "wait_mean", of: ofS("wait_mean_s"), unit: "s", expected: boundS, margin: "upper-bound" }],
        }),
    },
  ],
};
