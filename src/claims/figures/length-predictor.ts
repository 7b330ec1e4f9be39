/** A length predictor that was trained: how close it comes to the best that its prompts allow, and what its word is worth to a queue. */

import { promptsOf } from "../../experiment/length-predictor/examples.ts";
import { rootRng } from "../../kernel/index.ts";
import type { CurveSeries } from "../../report/charts/measured-on-curves.ts";
import { spearman } from "../../stats/index.ts";
import { makePrompts } from "../../world/serving/prompts/index.ts";
import type { Case, Claim, Verdict } from "../claim.ts";
import { LEVEL, replicate } from "../replicate.ts";
import { runLength, warmupLength } from "../run-length.ts";
import { gpuControls, gpuStation } from "../theory/gpu-station.ts";
import { ofS } from "../theory/station.ts";
import { traceColumns } from "../traces.ts";
import { IdealPredictor } from "./length-predictor/ideal.ts";
import {
  featuresOf,
  type Judged,
  judgedRequests,
  LENGTHS,
  POLICY,
  storedFiles,
  storedPredictor,
  studyTask,
  WORDS,
  type Word,
} from "./length-predictor/stored.ts";
import { RATES } from "./muserve-sweeps.ts";
import { computed, judged } from "./rows.ts";
import { JCT_RATE, SERVERS } from "./ssjf/reference.ts";
import { type Requests, readPopulation, WORK_CONST_S, WORK_S_PER_TOKEN, workS } from "./ssjf/requests.ts";
import { runFcfs, runShortestFirst } from "./ssjf/scheduler.ts";
import { everySecondPoint, JCT_REDUCTION, outcomeOf, requestsOf } from "./ssjf/study.ts";
import { FAITHFUL } from "./ssjf/variant.ts";
import { latencyInOrder, type Part } from "./ssjf-mg1.ts";

const ID = "length-predictor";
/**
 * In points. The 99 % interval of a share of 30,000 requests is 0.7 wide to either side. A network that has learned the laws of the
 * prompts misses little more; one without hidden layers, which cannot tell what an intent turns, misses by 11.
 */
const ACCURACY_BAND = 1;
const SAMPLING_BAND = 0.8;
/** Of a rank correlation, likewise; the ideal's words are classes as well. */
const SPEARMAN_BAND = 0.01;
/** Relative to theory, and loads, as in ssjf-mg1. */
const MARGIN = 0.02;
const LOADS = [0.5, 0.7, 0.8, 0.9];
const QUICK_LOAD_MAX = 0.5;

/** All cases and the picture judge the same requests. */
const judgedOnce = once(() => judgedRequests(studyTask()));

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const percentRight = (classes: ArrayLike<number>, truth: ArrayLike<number>): number => {
  let right = 0;
  for (let i = 0; i < truth.length; i++) if (classes[i] === truth[i]) right++;
  return (100 * right) / truth.length;
};

/** What the released five-class predictor of the study was. */
function released(): { readonly accuracy: number; readonly spearman: number } {
  const { tokens, classes } = readPopulation();
  const from = studyTask().classesFrom;
  const truth = tokens.map((length) => from.findLastIndex((least) => length >= least));
  return { accuracy: percentRight(classes["five-class"], truth), spearman: spearman(classes["five-class"], tokens) };
}

async function predictions(): Promise<readonly Verdict[]> {
  const task = studyTask();
  const ideal = new IdealPredictor(task);
  const { requests, said, classes } = judgedOnce();
  const { tokens, labels } = requests;
  const idealClasses = labels.map((_, i) => ideal.classOf(featuresOf(requests, i)));
  const bound = 100 * ideal.accuracy();
  const published = released();
  const parameters = `${tokens.length} requests of seed 4000`;
  const row = (id: string, unit: string) => ({ id, parameters, unit });
  const accuracy = percentRight(classes, labels);
  const idealSpearman = spearman(idealClasses, tokens);
  const released5 = "the five-class predictor released with the study, on its own prompts";
  return [
    judged(row("accuracy", "%"), accuracy, bound, ACCURACY_BAND),
    judged(row("accuracy.ideal", "%"), percentRight(idealClasses, labels), bound, SAMPLING_BAND),
    computed(row("accuracy.released", "%"), accuracy, published.accuracy, released5),
    judged(row("spearman.class", "1"), spearman(said.class, tokens), idealSpearman, SPEARMAN_BAND),
    computed(
      row("spearman.mean", "1"),
      spearman(said.mean, tokens),
      idealSpearman,
      "a mean over the classes leaves no ties: finer than the likeliest",
    ),
    computed(row("spearman.released", "1"), spearman(said.class, tokens), published.spearman, released5),
    computed(
      row("latency", "ms"),
      traceColumns("ssjf-predictor-latency-means.csv", ["five_class_ms"]).five_class_ms[0] as number,
      7.6,
      "what a prediction takes in scenarios, the released mean, beside the published one; not the time of this network",
    ),
  ];
}

/** The published bars again, with the trained predictor in the place of the study's: the released simulator, quirks and all. */
async function publishedBars(): Promise<readonly Verdict[]> {
  const population = readPopulation();
  const prompts = makePrompts(promptsOf(studyTask()));
  const predictor = storedPredictor();
  const features = new Float32Array(prompts.features.slots.length);
  const points = RATES.points.map((point) => requestsOf(population, point, FAITHFUL));
  const saidS = (says: Word, { tokens }: Requests, run: number, point: number): Float64Array => {
    const write = prompts.writer(rootRng(4000 + run).fork(`prompts ${point}`));
    return tokens.map((length) => {
      write(length, features);
      return workS(predictor.word(says, features));
    });
  };
  const { quirks } = FAITHFUL;
  const jctsS = (finish: (requests: Requests, run: number, point: number) => Float64Array) =>
    points.map((runs, point) => runs.map((requests, run) => outcomeOf(requests.jobs, finish(requests, run, point)).jctS));
  const fcfsS = jctsS(({ jobs }) => runFcfs(jobs, SERVERS.none, quirks));
  const reduction = (finish: Parameters<typeof jctsS>[0]): number => everySecondPoint(jctsS(finish), fcfsS, JCT_REDUCTION);
  const oracle = reduction(({ jobs }) => runShortestFirst(jobs, SERVERS.none, quirks, "oracle"));
  const row = (id: string) => ({ id, parameters: `${RATES.words}, no batches, paper-faithful`, unit: "%" });
  return WORDS.map((says): Verdict => {
    const value = reduction((requests, run, point) =>
      runShortestFirst(requests.jobs, SERVERS.none, quirks, saidS(says, requests, run, point)),
    );
    const isBetween = value > 0 && value < oracle;
    const reason = `${isBetween ? "" : "not "}between FCFS and the oracle's ${oracle.toFixed(1)} %; expected is the published SSJF, of a predictor that is not released`;
    return {
      ...row(`jct-reduction.${says}`),
      value,
      low: value,
      high: value,
      expected: JCT_RATE.published.none.ssjf as number,
      verdict: isBetween ? "pass" : "miss",
      reason,
    };
  });
}

interface Rule {
  readonly name: string;
  readonly label: string;
  /** Mean time in system by the rate of arrivals. */
  readonly latencyS: (ratePerS: number) => number;
}

interface Study {
  readonly rules: Readonly<Record<Word | "fcfs" | "sjf", Rule>>;
  readonly workS: number;
  readonly workCv2: number;
}

const studyOnce = once(() => studyOf(judgedOnce()));

function studyOf({ requests, said, shares }: Judged): Study {
  const worksS = Float64Array.from(requests.tokens, (tokens) => WORK_CONST_S + WORK_S_PER_TOKEN * tokens);
  const byKey = (keyOf: (i: number) => number): Rule["latencyS"] =>
    latencyInOrder(Array.from(shares, (share, i): Part => ({ key: keyOf(i), share, workS: worksS[i] as number })));
  const momentS = (of: (workS: number) => number): number => shares.reduce((sum, share, i) => sum + share * of(worksS[i] as number), 0);
  const workS = momentS((each) => each);
  return {
    rules: {
      fcfs: { name: "fcfs", label: "FCFS", latencyS: byKey(() => 0) },
      class: { name: "class", label: "SSJF, trained, likeliest class", latencyS: byKey((i) => said.class[i] as number) },
      mean: { name: "mean", label: "SSJF, trained, mean over classes", latencyS: byKey((i) => said.mean[i] as number) },
      sjf: { name: "sjf", label: "SJF, oracle", latencyS: byKey((i) => requests.tokens[i] as number) },
    },
    workS,
    workCv2: momentS((each) => each * each) / (workS * workS) - 1,
  };
}

/** The trained rules at one load: the predictor runs inside the scenario, and is held against theory with what it said outside. */
const point = (load: number): Case => ({
  tier: load <= QUICK_LOAD_MAX ? "quick" : "full",
  check: async (lab): Promise<readonly Verdict[]> => {
    const { rules, workS: meanS, workCv2 } = studyOnce();
    const [ratePerS, length] = [load / meanS, { load, workCv2 }];
    const [fcfsS, sjfS] = [rules.fcfs.latencyS(ratePerS), rules.sjf.latencyS(ratePerS)];
    const rows: Verdict[] = [];
    for (const says of WORDS) {
      const expected = rules[says].latencyS(ratePerS);
      const parameters = `${rules[says].label}, load ${load}`;
      const predictor = { kind: "trained", file: `${POLICY}.json`, says, latency: "0 s" };
      const { files, weights } = storedFiles();
      const setting = gpuStation({
        name: ID,
        latency: { kind: "linear", base: `${WORK_CONST_S} s`, perToken: `${WORK_S_PER_TOKEN} s` },
        serving: {
          outputTokens: { kind: "table", file: LENGTHS },
          prompts: { kind: "synthetic", lengths: LENGTHS },
          arrivals: { kind: "poisson", rate: ratePerS },
        },
        warmupS: Math.ceil(meanS * warmupLength(length)),
        durationS: Math.ceil((meanS * runLength(length, MARGIN)) / 2),
        more: { controllers: { order: { kind: "ssjf", predictor, target: { workload: "s" } } } },
        files,
      });
      const row = { id: `jct.${says}.${load}`, of: ofS("latency_mean_s"), unit: "s", expected, margin: MARGIN };
      rows.push(
        ...(await replicate(lab, {
          parameters,
          setting: { ...setting, weights },
          controls: gpuControls({ ratePerS, workS: meanS }),
          rows: [row],
        })),
        computed(
          { id: `kept.${says}.${load}`, parameters, unit: "%" },
          (100 * (fcfsS - expected)) / (fcfsS - sjfS),
          null,
          "of what the oracle takes off the mean of FCFS, by theory",
        ),
      );
    }
    return rows;
  },
});

async function figure(rows: readonly Verdict[]): Promise<string> {
  const [{ adaptive }, { measuredOnCurves }] = await Promise.all([
    import("../../report/charts/frame.ts"),
    import("../../report/charts/measured-on-curves.ts"),
  ]);
  const { rules, workS: meanS } = studyOnce();
  const seriesOf = ({ name, label, latencyS }: Rule): CurveSeries => ({
    label,
    curve: CURVE_LOADS.map((load) => ({ x: load, y: latencyS(load / meanS) })),
    points: pointsOf(rows, (load) => `${ID}.jct.${name}.${load}`),
  });
  return adaptive(
    measuredOnCurves({
      id: ID,
      title: "Mean time of a request on a GPU without batches, by who says how long its answer will be",
      xLabel: "load",
      yLabel: "mean JCT, s, log scale (alone: 3.6 s)",
      yTicks: [4, 5, 10, 20],
      series: Object.values(rules).map(seriesOf),
      margin: MARGIN,
      level: LEVEL,
    }),
  );
}

const CURVE_LOADS = Array.from({ length: 86 }, (_, i) => (i + 5) / 100);

function pointsOf(rows: readonly Verdict[], idOf: (load: number) => string): CurveSeries["points"] {
  return LOADS.flatMap((load) => {
    const row = rows.find(({ id }) => id === idOf(load));
    if (row?.value == null || row.low === null || row.high === null || row.expected === null) return [];
    return [{ x: load, value: row.value, low: row.low, high: row.high, expected: row.expected }];
  });
}

export const lengthPredictor: Claim = {
  id: ID,
  title: "A trained length predictor against the best possible one, and in the queue between FCFS and the oracle",
  source:
    "Qiu et al. 2024, SSJF: a classifier of length classes; synthetic prompts (docs/serving.md) with the lengths released with the study (LLM-serving-with-proxy-models at 4b86686); the best accuracy by integration; mean JCT by Cobham 1954",
  cases: [{ tier: "quick", check: predictions }, { tier: "quick", check: publishedBars }, ...LOADS.map(point)],
  figure,
};
