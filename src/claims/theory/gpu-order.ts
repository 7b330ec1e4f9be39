import type { Case, Claim, Tier } from "../claim.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { runLength, warmupLength } from "../run-length.ts";
import { gpuControls, gpuStation } from "./gpu-station.ts";
import { sjfWaitS } from "./shortest-first.ts";
import { ofS, type Tree } from "./station.ts";

/** A token takes a thousandth of the mean work, so that whole tokens are as good as exponential work. */
const TOKENS = 1000;
const LATENCY: Tree = { kind: "linear", base: "0 s", perToken: "1 ms" };

/** Shares of short answers (below the mean) and of long ones that the predictor calls short. */
const CALLED_SHORT = { short: 0.85, long: 0.25 };
const MATRIX = `tokens_from,predicted_0,predicted_1
0,${CALLED_SHORT.short},${1 - CALLED_SHORT.short}
${TOKENS},${CALLED_SHORT.long},${1 - CALLED_SHORT.long}
`;

/** Exponential work of mean 1 s and second moment 2 s2: what of it is below 1 s. */
const SHORT = { share: 1 - Math.exp(-1), workS: 1 - 2 * Math.exp(-1) };

/** Mean wait of two predicted classes: W0 = lambda E[S^2]/2 = lambda. */
function classesWaitS(rate: number): number {
  const { short, long } = CALLED_SHORT;
  const firstShare = short * SHORT.share + long * (1 - SHORT.share);
  const firstLoad = rate * (short * SHORT.workS + long * (1 - SHORT.workS));
  const first = rate / (1 - firstLoad);
  return firstShare * first + (1 - firstShare) * (first / (1 - rate));
}

interface Rule {
  readonly name: string;
  readonly queue: Tree;
  waitS(rate: number): number;
}

const RULES: readonly Rule[] = [
  { name: "sjf", queue: { kind: "sjf", oracle: ["work"] }, waitS: sjfWaitS },
  {
    name: "classes",
    queue: { kind: "ssjf", predictor: { kind: "confusion-matrix", file: "matrix.csv" } },
    waitS: classesWaitS,
  },
];

const at = (tier: Tier, { name, queue, waitS }: Rule, load: number): Case => ({
  tier,
  check: (lab) =>
    replicate(lab, {
      parameters: `load ${load}, ${name}`,
      setting: gpuStation({
        name: "gpu-order",
        latency: LATENCY,
        serving: { outputTokens: { kind: "exponential", mean: TOKENS }, arrivals: { kind: "poisson", rate: load } },
        warmupS: warmupLength({ load }),
        durationS: runLength({ load }),
        more: { controllers: { order: { ...queue, target: { workload: "s" } } } },
        files: { "matrix.csv": MATRIX },
      }),
      controls: gpuControls({ ratePerS: load, workS: 1 }),
      rows: [{ id: `${name}.${load}.wait_mean`, of: ofS("wait_mean_s"), unit: "s", expected: waitS(load), margin: MEAN_MARGIN }],
    }),
});

export const gpuOrder: Claim = {
  id: "gpu-order",
  title: "A GPU without batches: the shortest answer first, and two predicted classes",
  source:
    "W = lambda E[S^2]/2 over (1 - rho(x))^2 (Phipps, Operations Research 4(1), 1956), over (1 - s_(i-1))(1 - s_i) (Cobham, Operations Research 2(1), 1954)",
  cases: [...RULES.map((rule) => at("quick", rule, 0.5)), ...RULES.map((rule) => at("full", rule, 0.8))],
};
