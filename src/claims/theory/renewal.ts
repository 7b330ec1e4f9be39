import type { Case, Claim, Tier } from "../claim.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { ofS, openControls, station } from "./station.ts";

const GAP_CV = 1.5;

/** Of gaps that are one of two exponentials, each carrying half of the mean. */
const transform =
  (meanS: number, cv: number) =>
  (s: number): number => {
    const short = (1 + Math.sqrt((cv * cv - 1) / (cv * cv + 1))) / 2;
    return [short, 1 - short].reduce((sum, p) => sum + (p * (2 * p)) / (2 * p + meanS * s), 0);
  };

/** Mean wait before work of mean 1 s; sigma, the share of arrivals that wait, by iteration from below. */
export function renewalWaitS(load: number, cv: number): number {
  const laplace = transform(1 / load, cv);
  let sigma = 0;
  for (let i = 0; i < 1000; i++) sigma = laplace(1 - sigma);
  return sigma / (1 - sigma);
}

const at = (tier: Tier, load: number): Case => ({
  tier,
  check: (lab) =>
    replicate(lab, {
      parameters: `load ${load}, hyperexponential gaps of cv ${GAP_CV}`,
      setting: station({
        name: "renewal",
        load,
        gapCv2: GAP_CV * GAP_CV,
        service: { arrivals: { kind: "renewal", gap: { kind: "hyperexponential", mean: `${1 / load} s`, cv: GAP_CV } } },
      }),
      controls: openControls({ load }),
      rows: [{ id: `${load}.wait_mean`, of: ofS("wait_mean_s"), unit: "s", expected: renewalWaitS(load, GAP_CV), margin: MEAN_MARGIN }],
    }),
});

export const renewal: Claim = {
  id: "renewal",
  title: "One server, bursty arrivals, exponential work",
  source: "Wq = sigma/(mu (1 - sigma)), sigma = A*(mu (1 - sigma)); Kleinrock, Queueing Systems I, 1975, 6.4",
  cases: [at("quick", 0.5), at("full", 0.8)],
};
