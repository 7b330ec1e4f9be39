/** Mean time in system of a GPU that answers one request at a time, by rule and load: scenarios against the theory of M/G/1. */
import type { CurveSeries } from "../../report/charts/measured-on-curves.ts";
import { mean } from "../../stats/index.ts";
import type { Case, Claim, Verdict } from "../claim.ts";
import { packageText } from "../package-files.ts";
import { LEVEL, replicate } from "../replicate.ts";
import { type Queue, runLength, warmupLength } from "../run-length.ts";
import { gpuControls, gpuStation } from "../theory/gpu-station.ts";
import { ofS, type Tree } from "../theory/station.ts";
import { traceColumns } from "../traces.ts";
import { lengthQuantiles, lengthsOf, predictionMatrix } from "./ssjf/released-tables.ts";
import { readPopulation, WORK_CONST_S, WORK_S_PER_TOKEN } from "./ssjf/requests.ts";

const ID = "ssjf-mg1";
const LOADS = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95];
const QUICK_LOAD_MAX = 0.7;
/** Relative to theory. */
const MARGIN = 0.02;
const PREDICTOR = "five-class";

/** Requests with one length that one key is given to. */
export interface Part {
  /** The least goes first; of equal ones who came first. */
  readonly key: number;
  /** Of all requests. */
  readonly share: number;
  readonly workS: number;
}

/**
 * Mean time in system where nobody is interrupted: W_k = W0/((1 - s_(k-1))(1 - s_k)), W0 = lambda E[S^2]/2, where s_k is the load of keys up
 * to k. With one key it is Pollaczek and Khinchine's, with a key for each length Phipps's, with one for each class Cobham's.
 */
export function orderedLatencyS(parts: readonly Part[], ratePerS: number): number {
  return latencyInOrder(parts)(ratePerS);
}

/** The same for any rate: what does not go with it is summed up once. */
export function latencyInOrder(parts: readonly Part[]): (ratePerS: number) => number {
  const byKey = new Map<number, { share: number; workS: number }>();
  let [meanS, secondMomentS2] = [0, 0];
  for (const { key, share, workS } of parts) {
    const group = byKey.get(key) ?? { share: 0, workS: 0 };
    byKey.set(key, group);
    group.share += share;
    group.workS += share * workS;
    meanS += share * workS;
    secondMomentS2 += share * workS * workS;
  }
  const groups = [...byKey].sort(([a], [b]) => a - b).map(([, group]) => group);
  return (ratePerS) => {
    const residualS = (ratePerS * secondMomentS2) / 2;
    let [before, waitS] = [0, 0];
    for (const { share, workS } of groups) {
      const load = ratePerS * workS;
      waitS += (share * residualS) / ((1 - before) * (1 - before - load));
      before += load;
    }
    return meanS + waitS;
  };
}

interface Rule {
  readonly name: string;
  readonly label: string;
  readonly queue: Tree;
  readonly parts: readonly Part[];
}

interface Study {
  readonly rules: readonly Rule[];
  readonly workS: number;
  readonly workCv2: number;
  readonly files: Readonly<Record<string, string>>;
}

/** The released answers in four orders. */
export function studyOf(): Study {
  const population = readPopulation();
  const lengths = lengthsOf(population, PREDICTOR);
  const all = population.tokens.length;
  const aloneS = (tokens: number): number => WORK_CONST_S + WORK_S_PER_TOKEN * tokens;
  const parts = (keysOf: (length: (typeof lengths)[number]) => readonly (readonly [key: number, share: number])[]): readonly Part[] =>
    lengths.flatMap((length) =>
      keysOf(length).map(([key, share]) => ({ key, share: (share * length.count) / all, workS: aloneS(length.tokens) })),
    );
  const matrix = ["tokens_from", ...[0, 1, 2, 3, 4].map((k) => `predicted_${k}`)] as const;
  const byClass = traceColumns("ssjf-confusion-5.csv", matrix);
  const rowOf = (tokens: number): number => (byClass.tokens_from as Float64Array).findLastIndex((from) => from <= tokens);
  const ssjf = (file: string): Tree => ({ kind: "ssjf", predictor: { kind: "confusion-matrix", file } });
  const worksS = population.tokens.map(aloneS);
  const workS = mean(worksS);
  return {
    rules: [
      { name: "fcfs", label: "FCFS", queue: { kind: "fcfs" }, parts: parts(() => [[0, 1]]) },
      { name: "sjf", label: "SJF, oracle", queue: { kind: "sjf", oracle: ["work"] }, parts: parts(({ tokens }) => [[tokens, 1]]) },
      {
        ...{ name: "ssjf", label: "SSJF, five classes", queue: ssjf("predictions.csv") },
        parts: parts(({ predicted, count }) => predicted.map((n, k) => [k, n / count])),
      },
      {
        ...{ name: "ssjf-matrix", label: "SSJF, confusion matrix by class", queue: ssjf("ssjf-confusion-5.csv") },
        parts: parts(({ tokens }) => matrix.slice(1).map((name, k) => [k, byClass[name]?.[rowOf(tokens)] as number])),
      },
    ],
    workS,
    workCv2: mean(worksS.map((each) => each * each)) / (workS * workS) - 1,
    files: {
      "lengths.csv": lengthQuantiles(lengths),
      "predictions.csv": predictionMatrix(lengths, PREDICTOR),
      "ssjf-confusion-5.csv": packageText("traces/ssjf-confusion-5.csv"),
    },
  };
}

/** Half of what `verify` plans: twice as many runs where they are needed, far fewer where the controls take most of the variance away. */
const durationS = (queue: Queue, workS: number): number => Math.ceil((workS * runLength(queue, MARGIN)) / 2);

/** Every rule at one load. */
const point = (load: number): Case => ({
  tier: load <= QUICK_LOAD_MAX ? "quick" : "full",
  check: async (lab): Promise<readonly Verdict[]> => {
    const { rules, workS, workCv2, files } = studyOf();
    const [ratePerS, length] = [load / workS, { load, workCv2 }];
    const rows: Verdict[] = [];
    for (const { name, label, queue, parts } of rules) {
      const id = `${name}.${load}`;
      rows.push(
        ...(await replicate(lab, {
          parameters: `${label}, load ${load}`,
          setting: gpuStation({
            name: ID,
            latency: { kind: "linear", base: `${WORK_CONST_S} s`, perToken: `${WORK_S_PER_TOKEN} s` },
            serving: { outputTokens: { kind: "table", file: "lengths.csv" }, arrivals: { kind: "poisson", rate: ratePerS } },
            warmupS: Math.ceil(workS * warmupLength(length)),
            durationS: durationS(length, workS),
            more: { controllers: { order: { ...queue, target: { workload: "s" } } } },
            files,
          }),
          controls: gpuControls({ ratePerS, workS }),
          rows: [{ id, of: ofS("latency_mean_s"), unit: "s", expected: orderedLatencyS(parts, ratePerS), margin: MARGIN }],
        })),
      );
    }
    return rows;
  },
});

/** The curve from load 0.05 to 0.95, and the points that were measured. */
function seriesOf({ name, label, parts }: Rule, workS: number, rows: readonly Verdict[]): CurveSeries {
  const curve = Array.from({ length: 91 }, (_, i) => (i + 5) / 100).map((load) => ({ x: load, y: orderedLatencyS(parts, load / workS) }));
  const points = LOADS.flatMap((load) => {
    const row = rows.find(({ id }) => id === `${ID}.${name}.${load}`);
    if (row?.value == null || row.low === null || row.high === null || row.expected === null) return [];
    return [{ x: load, value: row.value, low: row.low, high: row.high, expected: row.expected }];
  });
  return { label, curve, points };
}

async function figure(rows: readonly Verdict[]): Promise<string> {
  const [{ adaptive }, { measuredOnCurves }] = await Promise.all([
    import("../../report/charts/frame.ts"),
    import("../../report/charts/measured-on-curves.ts"),
  ]);
  const { rules, workS } = studyOf();
  return adaptive(
    measuredOnCurves({
      id: ID,
      title: "Mean time of a request on a GPU without batches, by rule and load",
      xLabel: "load",
      yLabel: "mean JCT, s, log scale (alone: 3.6 s)",
      yTicks: [4, 5, 10, 20, 50],
      series: rules.map((rule) => seriesOf(rule, workS, rows)),
      margin: MARGIN,
      level: LEVEL,
    }),
  );
}

export const ssjfMg1: Claim = {
  id: ID,
  title: "One request at a time: FCFS, SJF and SSJF over load, on the curves of M/G/1",
  source:
    "W_k = lambda E[S^2]/2 / ((1 - s_(k-1))(1 - s_k)): Pollaczek-Khinchine, Phipps 1956, Cobham 1954; work of 0.1 s + 0.02 s a token, lengths and predictions as released with the SSJF study (LLM-serving-with-proxy-models at 4b86686)",
  cases: LOADS.map(point),
  figure,
};
