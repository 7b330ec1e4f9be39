import type { Case, Claim, Tier } from "../claim.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { ofS, openControls, station } from "./station.ts";

/** Two classes of half the requests each: `first` brings 0.5 s exactly, `second` an exponential time of mean 1.5 s. */
const WORKS = { firstS: 0.5, firstS2: 0.25, secondS: 1.5, secondS2: 4.5 };
const CLASSES = {
  first: { share: 0.5, priority: 2, work: "0.5 s" },
  second: { share: 0.5, priority: 1, work: { kind: "exponential", mean: "1.5 s" } },
};
/** Of both together: E[S] = 1 s, E[S^2] = 2.375 s2. */
const WORK_CV2 = 1.375;

const at = (tier: Tier, load: number, preemptive: boolean): Case => {
  const rate = load / 2; // of each class
  const [loadFirst, loadBoth] = [rate * WORKS.firstS, load];
  const [residualFirst, residual] = [(rate * WORKS.firstS2) / 2, (rate * (WORKS.firstS2 + WORKS.secondS2)) / 2];
  const first = preemptive ? WORKS.firstS + residualFirst / (1 - loadFirst) : residual / (1 - loadFirst);
  const waitSecond = residual / ((1 - loadFirst) * (1 - loadBoth));
  const second = preemptive ? WORKS.secondS / (1 - loadFirst) + waitSecond : waitSecond;
  const metric = preemptive ? "latency_mean" : "wait_mean";
  return {
    tier,
    check: (lab) =>
      replicate(lab, {
        parameters: `load ${load}, ${preemptive ? "preemptive-resume" : "non-preemptive"}`,
        setting: station({
          name: "priority",
          load,
          workCv2: WORK_CV2,
          service: { classes: CLASSES },
          more: { controllers: { order: { kind: "priority", preemptive, target: { workload: "s" } } } },
        }),
        controls: openControls({ load }),
        rows: [
          { id: `${load}.first.${metric}`, of: ofS(`first.${metric}_s`), unit: "s", expected: first, margin: MEAN_MARGIN },
          { id: `${load}.second.${metric}`, of: ofS(`second.${metric}_s`), unit: "s", expected: second, margin: MEAN_MARGIN },
        ],
      }),
  };
};

export const priority: Claim = {
  id: "priority",
  title: "Two classes, a running request is not interrupted",
  source: "Wq_i = W0/((1 - s_(i-1))(1 - s_i)), W0 = sum lambda_j E[S_j^2]/2; Cobham, Operations Research 2(1), 1954",
  cases: [at("quick", 0.6, false), at("full", 0.8, false)],
};

export const preemptivePriority: Claim = {
  id: "priority-preemptive",
  title: "Two classes, a running request is interrupted and resumes",
  source:
    "W_i = E[S_i]/(1 - s_(i-1)) + sum_(j<=i) lambda_j E[S_j^2]/(2 (1 - s_(i-1))(1 - s_i)); Kleinrock, Queueing Systems II, 1976, chapter 3",
  cases: [at("quick", 0.6, true), at("full", 0.8, true)],
};
