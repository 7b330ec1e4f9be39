/** The bars of SSJF and of oracle SJF against FCFS: mean JCT and early throughput over arrival rates and over burstiness. */
import type { Bar, ComparedPanel } from "../../report/charts/compared-bars.ts";
import type { Claim, Verdict } from "../claim.ts";
import { LEVEL } from "../replicate.ts";
import { computed } from "./rows.ts";
import { findDial } from "./ssjf/dial.ts";
import { JCT_CV, JCT_RATE, MODES, type Mode, type Reference, SERVERS, THROUGHPUT_CV, THROUGHPUT_RATE } from "./ssjf/reference.ts";
import { type Requests, readPopulation } from "./ssjf/requests.ts";
import { againstRerun, JCT_BAND_POINTS, reported, THROUGHPUT_BAND } from "./ssjf/rows.ts";
import {
  EARLY_THROUGHPUT,
  type Effect,
  everySecondPoint,
  JCT_REDUCTION,
  meanOfPoints,
  P99_RATIO,
  POLICIES,
  type PointOutcomes,
  type Policy,
  playPoint,
  RUN_COUNT,
  requestsOf,
  type SweepPoint,
  summarize,
  THROUGHPUT,
} from "./ssjf/study.ts";
import { CORRECTED, FAITHFUL, type Variant } from "./ssjf/variant.ts";

interface Sweep {
  readonly words: string;
  readonly points: readonly SweepPoint[];
}

export const RATES: Sweep = {
  words: "rates 1 to 10 per second, Poisson",
  points: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((ratePerS) => ({
    name: `rate ${ratePerS}`,
    arrivals: { kind: "poisson", ratePerS, cv: 1 },
  })),
};

const BURSTS: Sweep = {
  words: "cv of the gaps 1 to 5.5, gamma, 0.03 per second",
  points: [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5].map((cv) => ({
    name: `cv ${cv}`,
    arrivals: { kind: "gamma", ratePerS: 0.03, cv },
  })),
};

interface Figure {
  readonly id: string;
  readonly title: string;
  readonly sweep: Sweep;
  readonly reference: Reference;
  /** In the rows' ids. */
  readonly metric: string;
  readonly effect: Effect;
  readonly unit: string;
  readonly band: number;
  readonly yLabel: string;
  /** What is told beside the metric, never judged. */
  readonly beside: { readonly metric: string; readonly effect: Effect; readonly reason: string };
}

export const SOURCE =
  "Qiu et al., Efficient interactive LLM serving with proxy model-based sequence length prediction, 2024, and mu-Serve, USENIX ATC 2024; its simulator and " +
  "predictions, LLM-serving-with-proxy-models at 4b86686, run again";

const JCT = {
  metric: "jct_reduction",
  effect: JCT_REDUCTION,
  unit: "%",
  band: JCT_BAND_POINTS,
  yLabel: "mean JCT below that of FCFS, %",
  beside: { metric: "jct_p99_over_fcfs", effect: P99_RATIO, reason: "the tail: p99 of JCT over that of FCFS, mean of points" },
} as const;

const EARLY = {
  metric: "throughput_p25_early",
  effect: EARLY_THROUGHPUT,
  unit: "x",
  band: THROUGHPUT_BAND,
  yLabel: "throughput_p25_early over that of FCFS",
  beside: {
    metric: "throughput_whole_run",
    effect: THROUGHPUT,
    reason: "jobs over the time of the last end, against FCFS, mean of points",
  },
} as const;

/** The first of them are the twenty that are judged. */
const CONVERGED_RUNS = 400;

type Played = Readonly<Record<Mode, readonly PointOutcomes[]>>;

interface Drawn {
  readonly requests: readonly (readonly Requests[])[];
  readonly played: Played;
}

function playSweep({ points }: Sweep, variant: Variant, runCount: number): Drawn {
  const population = readPopulation();
  const requests = points.map((point) => requestsOf(population, point, variant, runCount));
  const playedOn = (mode: Mode): readonly PointOutcomes[] => requests.map((runs) => playPoint(runs, SERVERS[mode], variant, POLICIES));
  return { requests, played: { none: playedOn("none"), dynamic: playedOn("dynamic"), continuous: playedOn("continuous") } };
}

interface BarOf {
  readonly mode: Mode;
  readonly policy: Policy;
}

const BARS: readonly BarOf[] = MODES.flatMap((mode) => POLICIES.map((policy) => ({ mode, policy })));

function rowsOf(figure: Figure): readonly Verdict[] {
  const faithful = playSweep(figure.sweep, FAITHFUL, RUN_COUNT);
  const corrected = playSweep(figure.sweep, CORRECTED, RUN_COUNT);
  return [
    ...BARS.map((bar) => faithfulRow(figure, bar, faithful.played)),
    ...BARS.map((bar) => correctedRow(figure, bar, corrected.played)),
    ...BARS.flatMap((bar) => publishedRow(figure, bar, faithful.played)),
    ...BARS.flatMap((bar) => [besideRow(figure, bar, FAITHFUL, faithful.played), besideRow(figure, bar, CORRECTED, corrected.played)]),
    ...(figure.effect === JCT_REDUCTION ? MODES.flatMap((mode) => dialRows(figure, mode, faithful.requests)) : []),
  ];
}

const wordsOf = ({ sweep }: Figure, { mode, policy }: BarOf, variant: string): string =>
  `${variant}, ${mode === "none" ? "no" : mode} batching, ${policy}; ${sweep.words}`;

function faithfulRow(figure: Figure, bar: BarOf, played: Played): Verdict {
  const { effect, metric, unit, band, reference } = figure;
  const interval = summarize(played[bar.mode], bar.policy, effect, meanOfPoints);
  const row = { id: `${metric}.faithful.${bar.mode}.${bar.policy}`, parameters: wordsOf(figure, bar, "faithful"), unit, interval };
  const expected = reference.rerun[bar.mode][bar.policy];
  return expected === undefined ? reported(row, null, "not among the re-run rows") : againstRerun(row, expected, band);
}

function correctedRow(figure: Figure, bar: BarOf, played: Played): Verdict {
  const { effect, metric, unit } = figure;
  const interval = summarize(played[bar.mode], bar.policy, effect, meanOfPoints);
  const row = { id: `${metric}.corrected.${bar.mode}.${bar.policy}`, parameters: wordsOf(figure, bar, "corrected"), unit, interval };
  return reported(row, null, "the same requests with every quirk repaired, mean of points");
}

/** The same runs, summed up as the paper does. Its SSJF had a predictor that is not released: the five-class one stands in. */
function publishedRow(figure: Figure, { mode, policy }: BarOf, played: Played): readonly Verdict[] {
  if (policy === "three-class") return [];
  const { effect, metric, unit, reference } = figure;
  const interval = summarize(played[mode], policy, effect, everySecondPoint);
  const expected = reference.published[mode][policy === "oracle" ? "oracle" : "ssjf"] as number;
  const row = {
    id: `${metric}.published.${mode}.${policy}`,
    parameters: wordsOf(figure, { mode, policy }, "faithful, summed up as published"),
    unit,
    interval,
  };
  const reason = policy === "oracle" ? "published, oracle" : "published, SSJF with a predictor that is not released";
  return [reported(row, expected, reason)];
}

function besideRow({ beside, ...figure }: Figure, bar: BarOf, { name }: Variant, played: Played): Verdict {
  const interval = summarize(played[bar.mode], bar.policy, beside.effect, meanOfPoints);
  const parameters = wordsOf({ beside, ...figure }, bar, name);
  return reported({ id: `${beside.metric}.${name}.${bar.mode}.${bar.policy}`, parameters, unit: "x", interval }, null, beside.reason);
}

/** What twenty runs scatter around. */
function convergedRows(figure: Figure): readonly Verdict[] {
  const { effect, metric, unit, reference } = figure;
  const { played } = playSweep(figure.sweep, FAITHFUL, CONVERGED_RUNS);
  return BARS.map((bar) => {
    const interval = summarize(played[bar.mode], bar.policy, effect, meanOfPoints);
    const row = { id: `${metric}.converged.${bar.mode}.${bar.policy}`, parameters: wordsOf(figure, bar, "faithful"), unit, interval };
    return reported(row, reference.rerun[bar.mode][bar.policy] ?? null, `${CONVERGED_RUNS} runs: what twenty scatter around`);
  });
}

function dialRows(figure: Figure, mode: Mode, requests: readonly (readonly Requests[])[]): readonly Verdict[] {
  const published = figure.reference.published[mode].ssjf as number;
  const { dial, spearman } = findDial(requests, SERVERS[mode], FAITHFUL, published);
  const parameters = `${mode === "none" ? "no" : mode} batching; SSJF published as ${published} %`;
  return [
    computed(
      { id: `dial.${mode}`, parameters, unit: "1" },
      dial,
      null,
      "0 is the oracle, 1 a length drawn at random; gives the published reduction",
    ),
    computed(
      { id: `dial_spearman.${mode}`, parameters, unit: "1" },
      spearman,
      null,
      "rank correlation of prediction and length at that dial",
    ),
  ];
}

async function draw(figure: Figure, rows: readonly Verdict[]): Promise<string> {
  const [{ adaptive }, { comparedBars }] = await Promise.all([
    import("../../report/charts/frame.ts"),
    import("../../report/charts/compared-bars.ts"),
  ]);
  const rowOf = (id: string): Verdict | undefined => rows.find((row) => row.id === `${figure.id}.${figure.metric}.${id}`);
  const barOf = ({ mode, policy }: BarOf): readonly Bar[] => {
    const [faithful, corrected, published] = ["faithful", "corrected", "published"].map((kind) => rowOf(`${kind}.${mode}.${policy}`));
    if (faithful?.value == null || faithful.low === null || faithful.high === null) return [];
    return [
      {
        label: policy,
        ...{ value: faithful.value, low: faithful.low, high: faithful.high, expected: faithful.expected },
        ...{ corrected: corrected?.value ?? null, published: published?.expected ?? null },
      },
    ];
  };
  const panels: readonly ComparedPanel[] = MODES.map((mode) => ({
    label: mode === "none" ? "no batching" : `${mode} batching`,
    bars: POLICIES.flatMap((policy) => barOf({ mode, policy })),
  }));
  const { id, title, yLabel, band } = figure;
  const plot = { yLabel, xLabel: "predictor", panels, band };
  return adaptive(comparedBars({ id, title, level: LEVEL, publishedLabel: "published, over every second point", plots: [plot] }));
}

function claimOf(figure: Figure): Claim {
  return {
    id: figure.id,
    title: figure.title,
    source: SOURCE,
    cases: [
      { tier: "quick", check: async () => rowsOf(figure) },
      { tier: "full", check: async () => convergedRows(figure) },
    ],
    figure: (rows) => draw(figure, rows),
  };
}

export const muserveJctRate = claimOf({
  ...JCT,
  id: "muserve-jct-rate",
  title: "Mean JCT of shortest-first serving against FCFS, over arrival rates",
  sweep: RATES,
  reference: JCT_RATE,
});

export const muserveJctCv = claimOf({
  ...JCT,
  id: "muserve-jct-cv",
  title: "Mean JCT of shortest-first serving against FCFS, over burstiness",
  sweep: BURSTS,
  reference: JCT_CV,
});

export const muserveThroughputRate = claimOf({
  ...EARLY,
  id: "muserve-throughput-rate",
  title: "Early throughput of shortest-first serving against FCFS, over arrival rates",
  sweep: RATES,
  reference: THROUGHPUT_RATE,
});

export const muserveThroughputCv = claimOf({
  ...EARLY,
  id: "muserve-throughput-cv",
  title: "Early throughput of shortest-first serving against FCFS, over burstiness",
  sweep: BURSTS,
  reference: THROUGHPUT_CV,
});
