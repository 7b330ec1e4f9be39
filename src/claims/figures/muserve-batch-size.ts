/** How the batch cap changes what SSJF and oracle SJF gain over FCFS. */
import type { Bar, ComparedPanel } from "../../report/charts/compared-bars.ts";
import { mean } from "../../stats/index.ts";
import type { Claim, Verdict } from "../claim.ts";
import { LEVEL } from "../replicate.ts";
import { RATES, SOURCE } from "./muserve-sweeps.ts";
import { computed } from "./rows.ts";
import { BATCH_CAPS, BATCHES, type BatchMode, type BatchPolicy } from "./ssjf/reference.ts";
import { type Requests, readPopulation } from "./ssjf/requests.ts";
import { againstRerun, JCT_BAND_POINTS, reported, THROUGHPUT_BAND } from "./ssjf/rows.ts";
import {
  EARLY_THROUGHPUT,
  type Effect,
  JCT_REDUCTION,
  meanOfPoints,
  type PointOutcomes,
  playPoint,
  requestsOf,
  summarize,
} from "./ssjf/study.ts";
import { CORRECTED, FAITHFUL, type Variant } from "./ssjf/variant.ts";

const ID = "muserve-batch-size";
const MODES: readonly BatchMode[] = ["dynamic", "continuous"];
const POLICIES: readonly BatchPolicy[] = ["oracle", "five-class"];

interface Metric {
  readonly name: "jct_reduction" | "throughput_p25_early";
  readonly key: "jct" | "throughput";
  readonly effect: Effect;
  readonly unit: string;
  readonly band: number;
  readonly yLabel: string;
}
const METRICS: readonly Metric[] = [
  {
    ...{ name: "jct_reduction", key: "jct", effect: JCT_REDUCTION, unit: "%", band: JCT_BAND_POINTS },
    yLabel: "mean JCT below that of FCFS, %",
  },
  {
    ...{ name: "throughput_p25_early", key: "throughput", effect: EARLY_THROUGHPUT, unit: "x", band: THROUGHPUT_BAND },
    yLabel: "throughput_p25_early over that of FCFS",
  },
];

type Drawn = readonly (readonly Requests[])[];

function rowsOfCap(mode: BatchMode, batchMax: number, faithful: Drawn, corrected: Drawn): readonly Verdict[] {
  const server = { batching: mode === "dynamic" ? "whole" : "continuous", batchMax } as const;
  const play = (drawn: Drawn, variant: Variant): readonly PointOutcomes<BatchPolicy>[] =>
    drawn.map((runs) => playPoint(runs, server, variant, POLICIES));
  const [asReleased, repaired] = [play(faithful, FAITHFUL), play(corrected, CORRECTED)];
  const at = BATCH_CAPS.indexOf(batchMax as (typeof BATCH_CAPS)[number]);
  const parameters = (variant: string, policy: string): string =>
    `${variant}, ${mode} batching, cap ${batchMax}, ${policy}; ${RATES.words}`;
  const compared = METRICS.flatMap(({ name, key, effect, unit, band }) =>
    POLICIES.flatMap((policy) => {
      const row = (variant: string, points: readonly PointOutcomes<BatchPolicy>[]) => ({
        ...{ id: `${name}.${variant}.${mode}.${batchMax}.${policy}`, parameters: parameters(variant, policy), unit },
        interval: summarize(points, policy, effect, meanOfPoints),
      });
      return [
        againstRerun(row("faithful", asReleased), BATCHES[mode][key][policy][at] as number, band),
        reported(row("corrected", repaired), null, "the same requests with every quirk repaired, mean of points"),
      ];
    }),
  );
  const jctS = (points: readonly PointOutcomes<BatchPolicy>[]): number =>
    mean(points.map((runs) => mean(runs.map((run) => run["five-class"].jctS))));
  const times = [
    { variant: "faithful", points: asReleased },
    { variant: "corrected", points: repaired },
  ].map(({ variant, points }) =>
    computed(
      { id: `jct.${variant}.${mode}.${batchMax}.five-class`, parameters: parameters(variant, "five-class"), unit: "s" },
      jctS(points),
      null,
      "mean JCT; published in shape only: it falls with the cap, ever less, and continuous batching is below dynamic",
    ),
  );
  return [...compared, ...times];
}

/** In how many of the four steps from cap to cap the oracle's JCT reduction moves the way the re-run's does. */
function shapeRow(rows: readonly Verdict[], mode: BatchMode): Verdict {
  const reduction = BATCH_CAPS.map((cap) => rows.find(({ id }) => id === `jct_reduction.faithful.${mode}.${cap}.oracle`)?.value as number);
  const rerun = BATCHES[mode].jct.oracle;
  const stepOf = (values: readonly number[], i: number): number => Math.sign((values[i + 1] as number) - (values[i] as number));
  const steps = BATCH_CAPS.length - 1;
  const alike = Array.from({ length: steps }, (_, i) => stepOf(reduction, i) === stepOf(rerun, i)).filter(Boolean).length;
  return {
    ...{ id: `shape.${mode}`, parameters: `steps of the oracle's JCT reduction, caps ${BATCH_CAPS.join(", ")}`, unit: "1" },
    ...{ value: alike, low: alike, high: alike, expected: steps },
    verdict: alike === steps ? "pass" : "miss",
    reason: "up or down from cap to cap as in the re-run",
  };
}

async function check(): Promise<readonly Verdict[]> {
  const population = readPopulation();
  const drawn = (variant: Variant): Drawn => RATES.points.map((point) => requestsOf(population, point, variant));
  const [faithful, corrected] = [drawn(FAITHFUL), drawn(CORRECTED)];
  const rows = MODES.flatMap((mode) => BATCH_CAPS.flatMap((cap) => rowsOfCap(mode, cap, faithful, corrected)));
  return [...rows, ...MODES.map((mode) => shapeRow(rows, mode))];
}

async function figure(rows: readonly Verdict[]): Promise<string> {
  const [{ adaptive }, { comparedBars }] = await Promise.all([
    import("../../report/charts/frame.ts"),
    import("../../report/charts/compared-bars.ts"),
  ]);
  const panelOf = (metric: Metric, mode: BatchMode, policy: BatchPolicy): ComparedPanel => ({
    label: `${mode}, ${policy}`,
    bars: BATCH_CAPS.flatMap((cap): readonly Bar[] => {
      const [faithful, corrected] = ["faithful", "corrected"].map((variant) =>
        rows.find(({ id }) => id === `${ID}.${metric.name}.${variant}.${mode}.${cap}.${policy}`),
      );
      if (faithful?.value == null || faithful.low === null || faithful.high === null) return [];
      const { value, low, high, expected } = faithful;
      return [{ label: String(cap), value, low, high, expected, published: null, corrected: corrected?.value ?? null }];
    }),
  });
  const plots = METRICS.map((metric) => ({
    ...{ yLabel: metric.yLabel, xLabel: "batch cap", band: metric.band },
    panels: MODES.flatMap((mode) => POLICIES.map((policy) => panelOf(metric, mode, policy))),
  }));
  return adaptive(comparedBars({ id: ID, title: "Batch cap and what shortest-first serving gains over FCFS", level: LEVEL, plots }));
}

export const muserveBatchSize: Claim = {
  id: ID,
  title: "Batch cap 2 to 10: what shortest-first serving gains over FCFS",
  source: SOURCE,
  cases: [{ tier: "quick", check }],
  figure,
};
