/** What predicting a length takes, against what serving the request takes. */
import type { SharePoint } from "../../report/charts/distribution-curves.ts";
import { mean, percentileOfSorted } from "../../stats/index.ts";
import type { Claim, Verdict } from "../claim.ts";
import { exact } from "../exact.ts";
import { traceColumns } from "../traces.ts";
import { SOURCE } from "./muserve-sweeps.ts";
import { computed } from "./rows.ts";
import { type PredictorName, readPopulation, workS } from "./ssjf/requests.ts";

const ID = "muserve-predictor-overhead";

type Statistic = "mean" | "p50" | "p99" | "max";
const STATISTICS: readonly Statistic[] = ["mean", "p50", "p99", "max"];

/** Of the released files, in ms: what a second program that read them printed. */
const OF_FILES: Readonly<Record<PredictorName, Readonly<Record<Statistic, number>>>> = {
  "three-class": { mean: 7.74908, p50: 7.7741, p99: 8.2541, max: 23.355 },
  "five-class": { mean: 7.89402, p50: 7.8933, p99: 8.395, max: 24.0145 },
};
/** The table keeps four decimals. */
const ROUNDING = 1e-4;

/** What the talk quotes, in ms. */
const PUBLISHED_PREDICTION: Readonly<Record<Statistic, number>> = { mean: 7.6, p50: 7.6, p99: 8.0, max: 20.2 };
const PUBLISHED_SERVING = [
  { name: "p5", share: 0.05, ms: 360 },
  { name: "p1", share: 0.01, ms: 140 },
  { name: "p01", share: 0.001, ms: 140 },
  { name: "min", share: 0, ms: 120 },
] as const;

interface Latencies {
  readonly statistics: Readonly<Record<Statistic, number>>;
  readonly curve: readonly SharePoint[];
}

function readLatencies(name: PredictorName): Latencies {
  const column = name === "three-class" ? "three_class_ms" : "five_class_ms";
  const table = traceColumns("ssjf-predictor-latency-quantiles.csv", ["quantile", column]);
  const quantiles = table[column];
  const [meanMs] = traceColumns("ssjf-predictor-latency-means.csv", [column])[column];
  return {
    statistics: { mean: meanMs as number, p50: quantiles[50] as number, p99: quantiles[99] as number, max: quantiles[100] as number },
    curve: Array.from(quantiles, (x, i) => ({ x, y: table.quantile[i] as number })),
  };
}

/** Time to serve each request of the released files alone, in ms, ascending. */
function servingMs(): Float64Array {
  return readPopulation()
    .tokens.map((tokens) => 1000 * workS(tokens))
    .sort();
}

function predictionRows(name: PredictorName): readonly Verdict[] {
  const { statistics } = readLatencies(name);
  return STATISTICS.flatMap((statistic) => {
    const value = statistics[statistic];
    const row = { parameters: `${name} predictor, ${statistic} of 85,482 predictions`, unit: "ms" };
    return [
      exact({ ...row, id: `prediction.${name}.${statistic}`, value, expected: OF_FILES[name][statistic], relative: ROUNDING }),
      computed(
        { ...row, id: `published.${name}.${statistic}` },
        value,
        PUBLISHED_PREDICTION[statistic],
        "published, of a predictor that is not released",
      ),
    ];
  });
}

function servingRows(): readonly Verdict[] {
  const ms = servingMs();
  const published = PUBLISHED_SERVING.map(({ name, share, ms: expected }) =>
    computed(
      { id: `serving.${name}`, parameters: "0.1 s and 0.02 s for each output token", unit: "ms" },
      percentileOfSorted(ms, share),
      expected,
      "published, of a trace that is not released",
    ),
  );
  const shares = (["three-class", "five-class"] as const).flatMap((name) => {
    const { statistics } = readLatencies(name);
    return [
      computed(
        { id: `share.mean.${name}`, parameters: "mean prediction over mean serving time", unit: "%" },
        (100 * statistics.mean) / mean(ms),
        null,
        "what the rule costs on average",
      ),
      computed(
        { id: `share.worst.${name}`, parameters: "longest prediction over shortest serving time", unit: "%" },
        (100 * statistics.max) / (ms[0] as number),
        null,
        "what it can cost at most; the longest predictions are the first ones, of a cold model",
      ),
    ];
  });
  return [...published, ...shares];
}

async function check(): Promise<readonly Verdict[]> {
  return [...predictionRows("three-class"), ...predictionRows("five-class"), ...servingRows()];
}

async function figure(rows: readonly Verdict[]): Promise<string> {
  const [{ adaptive }, { distributionCurves }] = await Promise.all([
    import("../../report/charts/frame.ts"),
    import("../../report/charts/distribution-curves.ts"),
  ]);
  const ms = servingMs();
  const serving = Array.from({ length: 1001 }, (_, i) => i / 1000).map((y) => ({ x: percentileOfSorted(ms, y), y }));
  const shown = (id: string): number => rows.find((row) => row.id === `${ID}.${id}`)?.value ?? Number.NaN;
  const { p50, p99, max } = PUBLISHED_PREDICTION;
  return adaptive(
    distributionCurves({
      id: ID,
      title: "Time to predict a length, and to serve the request",
      xLabel: "ms, log scale",
      xTicks: [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000],
      description:
        `Predictions take ${shown("prediction.five-class.mean").toFixed(1)} ms on average with five classes, ` +
        `${shown("share.mean.five-class").toFixed(2)} % of the time to serve a request; the longest is still below the shortest request.`,
      series: [
        { label: "prediction, three classes", curve: readLatencies("three-class").curve, published: [] },
        {
          label: "prediction, five classes",
          curve: readLatencies("five-class").curve,
          published: [
            { x: p50, y: 0.5 },
            { x: p99, y: 0.99 },
            { x: max, y: 1 },
          ],
        },
        { label: "serving", curve: serving, published: PUBLISHED_SERVING.map(({ share, ms: x }) => ({ x, y: share })) },
      ],
    }),
  );
}

export const muservePredictorOverhead: Claim = {
  id: ID,
  title: "Time to predict a length against the time to serve the request",
  source: SOURCE,
  cases: [{ tier: "quick", check }],
  figure,
};
