/** SJF and SSJF on an engine by steps: OPT-350m with vLLM's scheduler, drained as deep as the published runs of one place, and in other regimes. */
import type { BandedPoint } from "../../report/charts/banded-sweeps.ts";
import type { Claim, Verdict } from "../claim.ts";
import type { Lab } from "../lab.ts";
import { columnOf } from "../lab-task.ts";
import { packageText } from "../package-files.ts";
import { LEVEL } from "../replicate.ts";
import { serverKind, type Tree } from "../theory/station.ts";
import { computed } from "./rows.ts";
import { lengthQuantiles, lengthsOf, predictionMatrix } from "./ssjf/released-tables.ts";
import { readPopulation } from "./ssjf/requests.ts";
import { againstPublished, reported } from "./ssjf/rows.ts";
import {
  EARLY_THROUGHPUT,
  type Effect,
  FIRST_SEED,
  JCT_REDUCTION,
  JOB_COUNT,
  meanOfPoints,
  type Outcome,
  outcomeOf,
  P99_RATIO,
  type PointOutcomes,
  RUN_COUNT,
  summarize,
  THROUGHPUT,
} from "./ssjf/study.ts";

const ID = "muserve-vllm";
const MODEL = "opt-350m";
const GPU = "v100-pcie-16gb";
const OTHER_GPUS = ["a100-80gb", "h100"];
/** vLLM's own: requests in a step. */
const PLACES = 128;
/** Mean prompt of LMSYS-Chat-1M. */
const PROMPT_TOKENS = 70;
const PREDICTOR = "five-class";

const POLICIES = ["oracle", PREDICTOR] as const;
type Who = (typeof POLICIES)[number];

const PUBLISHED: Readonly<Record<Who, { readonly jct: number; readonly throughput: number }>> = {
  oracle: { jct: 43, throughput: 6.3 },
  "five-class": { jct: 33, throughput: 4.9 },
};
const BAND_POINTS = 6;

/** Requests at once for each place; that of the published runs of one place is judged. */
const DEPTHS = [1, 2, 5, 10, 20, JOB_COUNT, 100];
/** As many as that, arriving over time at so many times the rate at which the engine drains them. 3.6 and 36 are what the published 1 and 10 per second are to one place. */
const LOADS = [0.1, 0.5, 0.8, 0.95, 1.2, 2, 3.6, 10, 36];

interface Regime {
  readonly gpu: string;
  readonly arrivals: Tree;
  readonly files: Readonly<Record<string, string>>;
  /** Long enough for all to end. */
  readonly durationS: number;
}

const LONG_S = 1e5;

const atOnce = (depth: number, gpu = GPU): Regime => ({
  gpu,
  arrivals: { kind: "trace", file: "arrivals.csv" },
  files: { "arrivals.csv": `arrival_s\n${"0\n".repeat(depth * PLACES)}` },
  durationS: LONG_S,
});

/** Poisson for as long as it takes the published depth to arrive, then none. */
function atRate(ratePerS: number): Regime {
  const untilS = (JOB_COUNT * PLACES) / ratePerS;
  return {
    gpu: GPU,
    arrivals: { kind: "poisson", rate: ratePerS, profile: { kind: "table", file: "until.csv" } },
    files: { "until.csv": `time_s,factor\n0,1\n${untilS},0\n${LONG_S},0\n` },
    durationS: LONG_S,
  };
}

const RULES: Readonly<Record<Who | "fcfs", Tree>> = {
  fcfs: { kind: "fcfs" },
  oracle: { kind: "sjf", oracle: ["work"] },
  "five-class": { kind: "ssjf", predictor: { kind: "confusion-matrix", file: "predictions.csv" } },
};

/** Every rule on the same requests. */
async function play<Policy extends Who>(
  lab: Lab,
  { gpu, arrivals, files, durationS }: Regime,
  policies: readonly Policy[],
): Promise<PointOutcomes<Policy>> {
  const lengths = lengthsOf(readPopulation(), PREDICTOR);
  const shared = {
    "server.yaml": serverKind(1),
    [`${gpu}.yaml`]: packageText(`catalogue/gpus/${gpu}.yaml`),
    [`${MODEL}.yaml`]: packageText(`catalogue/models/${MODEL}.yaml`),
    "lengths.csv": lengthQuantiles(lengths),
    "predictions.csv": predictionMatrix(lengths, PREDICTOR),
    ...files,
  };
  const byRule: [Policy | "fcfs", readonly Outcome[]][] = [];
  for (const rule of ["fcfs", ...policies] as const) {
    const loaded = lab.load({
      scenario: {
        name: ID,
        duration: durationS,
        sites: { site: { servers: { kind: "./server.yaml", gpus: { kind: `./${gpu}.yaml` } } } },
        workloads: {
          s: {
            ...{ kind: "model-serving", models: { m: { kind: `./${MODEL}.yaml` } }, engine: { kind: "vllm", maxBatch: PLACES } },
            ...{ arrivals, outputTokens: { kind: "table", file: "lengths.csv" }, promptTokens: PROMPT_TOKENS },
          },
        },
        controllers: { order: { ...RULES[rule], target: { workload: "s" } } },
        record: { requests: true },
      },
      files: shared,
    });
    const runs = await lab.play(
      loaded,
      Array.from({ length: RUN_COUNT }, (_, i) => FIRST_SEED + i),
    );
    byRule.push([
      rule,
      runs.map((run) => {
        const finishS = columnOf(run, "requests", "finish_s");
        return outcomeOf(
          Array.from(columnOf(run, "requests", "arrival_s"), (arrivalS) => ({ arrivalS })),
          finishS,
        );
      }),
    ]);
  }
  return Array.from({ length: RUN_COUNT }, (_, run) =>
    Object.fromEntries(byRule.map(([rule, outcomes]) => [rule, outcomes[run]])),
  ) as never;
}

interface Metric {
  readonly name: string;
  readonly effect: Effect;
  readonly unit: string;
  readonly reason: string;
}
const REDUCTION: Metric = { name: "jct_reduction", effect: JCT_REDUCTION, unit: "%", reason: "mean JCT below that of FCFS" };
const EARLY: Metric = {
  ...{ name: "throughput_p25_early", effect: EARLY_THROUGHPUT, unit: "x" },
  reason: "ends up to the first quarter over their time, over that of FCFS",
};
const BESIDE: readonly Metric[] = [
  { name: "throughput_whole_run", effect: THROUGHPUT, unit: "x", reason: "requests over the time of the last end, over that of FCFS" },
  { name: "jct_p99_over_fcfs", effect: P99_RATIO, unit: "x", reason: "the tail: p99 of JCT over that of FCFS" },
];

const measured = (runs: PointOutcomes<Who>, { name, effect, unit }: Metric, policy: Who, words: string, place = "") => ({
  ...{ id: `${name}${place}.${policy}`, parameters: `${policy}; ${words}`, unit },
  interval: summarize([runs], policy, effect, meanOfPoints),
});

const drained = (depth: number, gpu = GPU): string => `${depth} for each of ${PLACES} places at once, ${MODEL} on ${gpu}`;

/** The published depth, judged. */
async function published(lab: Lab): Promise<readonly Verdict[]> {
  const runs = await play(lab, atOnce(JOB_COUNT), POLICIES);
  const words = drained(JOB_COUNT);
  return [
    ...POLICIES.map((policy) => againstPublished(measured(runs, REDUCTION, policy, words), PUBLISHED[policy].jct, BAND_POINTS)),
    ...POLICIES.map((policy) => reported(measured(runs, EARLY, policy, words), PUBLISHED[policy].throughput, EARLY.reason)),
    ...BESIDE.flatMap((metric) => POLICIES.map((policy) => reported(measured(runs, metric, policy, words), null, metric.reason))),
  ];
}

const besides = (runs: PointOutcomes<Who>, words: string, place: string): readonly Verdict[] =>
  [REDUCTION, EARLY].flatMap((metric) =>
    POLICIES.map((policy) => reported(measured(runs, metric, policy, words, `.${place}`), null, metric.reason)),
  );

async function otherDrain(lab: Lab, place: string, depth: number, gpu = GPU): Promise<readonly Verdict[]> {
  return besides(await play(lab, atOnce(depth, gpu), POLICIES), drained(depth, gpu), place);
}

/** The same requests over time. What the engine can serve is how fast it drains them under FCFS. */
async function rates(lab: Lab): Promise<readonly Verdict[]> {
  const alone = await play(lab, atOnce(JOB_COUNT), []);
  const servedPerS = alone.reduce((sum, { fcfs }) => sum + fcfs.throughputPerS, 0) / alone.length;
  const rows: Verdict[] = [
    computed(
      { id: "served", parameters: `FCFS; ${drained(JOB_COUNT)}`, unit: "1/s" },
      servedPerS,
      null,
      "requests over the last end, mean of runs",
    ),
  ];
  for (const load of LOADS) {
    const ratePerS = load * servedPerS;
    const words = `${JOB_COUNT} for each place, Poisson, ${load} times what is served: ${ratePerS.toFixed(1)} per second`;
    rows.push(...besides(await play(lab, atRate(ratePerS), POLICIES), words, `load-${load}`));
  }
  return rows;
}

async function figure(rows: readonly Verdict[]): Promise<string> {
  const [{ adaptive }, { bandedSweeps }] = await Promise.all([
    import("../../report/charts/frame.ts"),
    import("../../report/charts/banded-sweeps.ts"),
  ]);
  const pointsOf = (place: string, xs: readonly number[]): readonly (readonly BandedPoint[])[] =>
    POLICIES.map((policy) =>
      xs.flatMap((x) => {
        const isJudged = place === "depth" && x === JOB_COUNT;
        const row = rows.find(({ id }) => id === `${ID}.${REDUCTION.name}${isJudged ? "" : `.${place}-${x}`}.${policy}`);
        return row?.value == null || row.low === null || row.high === null ? [] : [{ x, value: row.value, low: row.low, high: row.high }];
      }),
    );
  const shown = (policy: Who): string => rows.find(({ id }) => id === `${ID}.${REDUCTION.name}.${policy}`)?.value?.toFixed(1) ?? "?";
  const depths = pointsOf("depth", DEPTHS);
  const loads = pointsOf("load", LOADS);
  return adaptive(
    bandedSweeps({
      id: ID,
      title: "What SJF and SSJF take off the mean JCT on vLLM's scheduler, by regime",
      description:
        `Drained ${JOB_COUNT} deep, as the published runs of one place are, SJF takes ${shown("oracle")} % off the mean JCT of FCFS and SSJF ${shown(PREDICTOR)} %; ` +
        "published are 43 and 33 %, of a regime that is not. Where nothing waits, nothing is gained.",
      yLabel: "mean JCT below that of FCFS, %",
      level: LEVEL,
      series: [
        { label: "SJF, oracle", band: { expected: PUBLISHED.oracle.jct, reach: BAND_POINTS } },
        { label: "SSJF, five classes", band: { expected: PUBLISHED[PREDICTOR].jct, reach: BAND_POINTS } },
      ],
      panels: [
        {
          xLabel: `requests for each of ${PLACES} places, all at once`,
          points: depths,
          judged: { x: JOB_COUNT, label: "judged: the depth of the published runs" },
        },
        ...(loads.some(({ length }) => length > 0)
          ? [{ xLabel: `arrivals over what is served, ${JOB_COUNT} requests for each place`, points: loads }]
          : []),
      ],
    }),
  );
}

export const muserveVllm: Claim = {
  id: ID,
  title: "SJF and SSJF against FCFS on vLLM's scheduler, OPT-350m",
  source:
    "mu-Serve (Qiu et al., USENIX ATC 2024), integration with vLLM: opt-350m, JCT 43 % (SJF) and 33 % (SSJF) below FCFS, 6.3 and 4.9 times the throughput; lengths and predictions as released with the SSJF study (LLM-serving-with-proxy-models at 4b86686)",
  cases: [
    { tier: "quick", check: published },
    ...DEPTHS.filter((depth) => depth !== JOB_COUNT).map((depth) => ({
      tier: "full" as const,
      check: (lab: Lab) => otherDrain(lab, `depth-${depth}`, depth),
    })),
    ...OTHER_GPUS.map((gpu) => ({ tier: "full" as const, check: (lab: Lab) => otherDrain(lab, gpu, JOB_COUNT, gpu) })),
    { tier: "full", check: rates },
  ],
  figure,
};
