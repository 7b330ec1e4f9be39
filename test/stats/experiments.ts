/**
 * The measurements in docs/statistics.md: estimators on processes whose truth is known. The test repeats them with few trials
 * and compares with the table there; `table(rootRng(seed), 10)` writes that table anew, with ten times the trials.
 */
import { randomNormal } from "d3-random";
import type { Rng } from "../../src/kernel/index.ts";
import {
  type Bounds,
  batchMeans,
  bootstrapInterval,
  type ControlledInterval,
  Cusum,
  controlledInterval,
  counted,
  equivalent,
  KsDrift,
  ksTest,
  MahalanobisDetector,
  mean,
  normalCdf,
  PageHinkley,
  quantileInterval,
  rankPolicies,
  replicatedQuantileInterval,
  replicationStep,
  tInterval,
} from "../../src/stats/index.ts";

export interface Experiment {
  readonly name: string;
  /** A share of trials, or a mean over them, such as the number of samples to an alarm. */
  readonly kind: "share" | "mean";
  /** What theory says, or the estimator claims; a share that only bounds it starts with a sign. */
  readonly claimed: string;
  readonly trialCount: number;
  /** 0 or 1 for a share. */
  readonly trial: (rng: Rng) => number;
}

const draws = (count: number, draw: () => number): Float64Array => Float64Array.from({ length: count }, draw);
const normals = (rng: Rng): (() => number) => randomNormal.source(rng.uniform)(0, 1);
const exponential = (rng: Rng): number => -Math.log(1 - rng.uniform());
const covers = ({ low, high }: Bounds, truth: number): number => (low <= truth && truth <= high ? 1 : 0);

interface Queue {
  readonly waits: Float64Array;
  readonly meanGap: number;
  readonly meanService: number;
}

/** Waits of an M/M/1 queue with service rate 1, from its stationary law: P(W > t) = load exp(-(1 - load) t), mean load / (1 - load). */
export function stationaryQueue(count: number, rng: Rng, load = 0.5): Queue {
  let wait = rng.uniform() < 1 - load ? 0 : exponential(rng) / (1 - load);
  let gaps = 0;
  let services = 0;
  const waits = draws(count, () => {
    const now = wait;
    const [service, gap] = [exponential(rng), exponential(rng) / load];
    services += service;
    gaps += gap;
    wait = Math.max(0, wait + service - gap);
    return now;
  });
  return { waits, meanGap: gaps / count, meanService: services / count };
}

function bootstrapTrial(method: "percentile" | "bca"): (rng: Rng) => number {
  return (rng) => {
    const values = [...draws(20, () => exponential(rng))];
    return covers(bootstrapInterval(values, mean, { method, level: 0.95, resamples: 1000 }, rng.fork("resamples")), 1);
  };
}

function batchMeansTrial(count: number, load: number): Experiment {
  return share(`batch means, ${count.toLocaleString("en").replace(",", " ")} waits of M/M/1 at load ${load}`, "0.95", 200, (rng) => {
    const { mean: center, halfWidth } = batchMeans(stationaryQueue(count, rng, load).waits, 0.95);
    return covers({ low: center - halfWidth, high: center + halfWidth }, load / (1 - load));
  });
}

const meanOfTen = (rng: Rng): number => mean(draws(10, () => exponential(rng)));

/** Replications that are means of ten exponentials (relative deviation 0.32), added until they are known to 10 %. */
function stoppingTrial(minRuns: number): (rng: Rng) => number {
  return (rng) => {
    const values: number[] = [];
    for (;;) {
      values.push(meanOfTen(rng));
      if (values.length < minRuns) continue;
      const step = replicationStep(values, { relative: 0.1, level: 0.95, minRuns, maxRuns: 1000 });
      if (step.kind === "stop") return covers(step.interval, 1);
    }
  };
}

/** Mean wait of twenty short runs, controlled by the gaps and services that occurred. */
function controlledWait(rng: Rng): ControlledInterval {
  const runs = Array.from({ length: 20 }, (_, i) => stationaryQueue(1000, rng.fork(`run-${i}`)));
  const waits = runs.map((run) => mean(run.waits));
  const gaps = { values: runs.map(({ meanGap }) => meanGap), knownMean: 2 };
  const services = { values: runs.map(({ meanService }) => meanService), knownMean: 1 };
  return controlledInterval(waits, [gaps, services], 0.95);
}

function replicatedQuantileTrial(rng: Rng): number {
  const runs = Array.from({ length: 20 }, (_, i) => counted(stationaryQueue(1000, rng.fork(`run-${i}`)).waits));
  return covers(replicatedQuantileInterval(runs, 0.95, 0.95), 2 * Math.log(10));
}

/** Five equal policies on common seeds, all with the same noise and some of their own. */
function equalPoliciesTrial(rng: Rng): number {
  const normal = normals(rng);
  const common = draws(10, () => 5 * normal());
  const policies = Array.from({ length: 5 }, (_, i) => ({ name: `p${i}`, values: common.map((value) => value + normal()) }));
  return rankPolicies(policies, "lower", 0.95).refusals.length < 10 ? 1 : 0;
}

function cusumTrial(shift: number): (rng: Rng) => number {
  return (rng) => {
    const normal = normals(rng);
    const cusum = new Cusum({ mean: 0, deviation: 1, slack: 0.5, threshold: 5 });
    let count = 1;
    while (cusum.add(normal() + shift) === undefined) count++;
    return count;
  };
}

/** Samples after the learning ones. */
function pageHinkleyTrial(learnCount: number, shift: number): (rng: Rng) => number {
  return (rng) => {
    const normal = normals(rng);
    const test = new PageHinkley({ slack: 0.5, threshold: 5, learnCount });
    for (let i = 0; i < learnCount; i++) test.add(normal());
    let count = 1;
    while (test.add(normal() + shift) === undefined) count++;
    return count;
  };
}

/** Alarm within `count` samples after the reference; the shift starts with the reference complete. */
function ksDriftTrial(everyCount: number, count: number, shift: number): (rng: Rng) => number {
  return (rng) => {
    const normal = normals(rng);
    const detector = new KsDrift({ windowCount: 100, everyCount, alpha: 0.01 });
    for (let i = 0; i < 100; i++) detector.add(normal());
    for (let i = 0; i < count; i++) if (detector.add(normal() + shift)) return 1;
    return 0;
  };
}

function mahalanobisTrial(learnCount: number): (rng: Rng) => number {
  return (rng) => {
    const normal = normals(rng);
    const detector = new MahalanobisDetector({ size: 3, learnCount, alpha: 0.02 });
    const vector = (): number[] => {
      const [a, b, c] = [normal(), normal(), normal()];
      return [a, a + b, 2 * a - b + c];
    };
    for (let i = 0; i < learnCount; i++) detector.add(vector());
    let count = 1;
    while (!detector.add(vector())) count++;
    return count;
  };
}

export const experiments: readonly Experiment[] = [
  share("t interval, 10 normal values", "0.95", 2000, (rng) => covers(tInterval(draws(10, normals(rng)), 0.95), 0)),
  share("t interval, 10 exponential values", "0.95", 2000, (rng) =>
    covers(
      tInterval(
        draws(10, () => exponential(rng)),
        0.95,
      ),
      1,
    ),
  ),
  share("percentile bootstrap, 20 exponential values", "0.95", 500, bootstrapTrial("percentile")),
  share("BCa bootstrap, 20 exponential values", "0.95", 500, bootstrapTrial("bca")),
  batchMeansTrial(20_000, 0.5),
  batchMeansTrial(20_000, 0.8),
  batchMeansTrial(20_000, 0.9),
  batchMeansTrial(5_000, 0.9),
  batchMeansTrial(20_000, 0.95),
  share("order statistics, p90 of 100 exponential values", "0.9557", 2000, (rng) =>
    covers(
      quantileInterval(
        draws(100, () => exponential(rng)),
        0.9,
        0.95,
      ),
      Math.log(10),
    ),
  ),
  share("order statistics, p95 of 20 M/M/1 runs of 1000 waits", "0.95", 200, replicatedQuantileTrial),
  share("controls, mean wait of 20 M/M/1 runs", "0.95", 200, (rng) => covers(controlledWait(rng), 1)),
  average("controls, residual over plain variance of those", "-", 100, (rng) => controlledWait(rng).varianceRatio),
  share("no stopping: always 10 runs", "0.95", 2000, (rng) =>
    covers(
      tInterval(
        draws(10, () => meanOfTen(rng)),
        0.95,
      ),
      1,
    ),
  ),
  share("stop at 10 %, at least 3 runs", "0.95", 400, stoppingTrial(3)),
  share("stop at 10 %, at least 10 runs", "0.95", 400, stoppingTrial(10)),
  share("five equal policies: any two ranked", "<= 0.05", 1000, equalPoliciesTrial),
  share("truth at the margin: passed as equivalent at 99 %", "<= 0.005", 4000, (rng) =>
    equivalent(tInterval(draws(10, normals(rng)), 0.99), 3, 3) === "pass" ? 1 : 0,
  ),
  share("one-sample KS at 5 %, 50 normal values", "0.05", 2000, (rng) =>
    ksTest(draws(50, normals(rng)), normalCdf).pValue <= 0.05 ? 1 : 0,
  ),
  average("CUSUM k = 0.5, h = 5, no shift", "465.4", 1000, cusumTrial(0)),
  average("CUSUM k = 0.5, h = 5, shift 1", "10.38", 2000, cusumTrial(1)),
  average("Page-Hinkley 0.5, 5 after 10 000 samples, no shift", "465.4", 200, pageHinkleyTrial(10_000, 0)),
  average("Page-Hinkley 0.5, 5 after 100 samples, no shift", "-", 400, pageHinkleyTrial(100, 0)),
  average("Page-Hinkley 0.5, 5 after 100 samples, shift 1", "-", 1000, pageHinkleyTrial(100, 1)),
  share("KS windows of 100, alpha 0.01, alarm in the first test", "0.00988", 4000, ksDriftTrial(100, 100, 0)),
  share("KS windows of 100, alarm in ten tests, one every 100", "<= 0.1", 1000, ksDriftTrial(100, 1000, 0)),
  share("KS windows of 100, alarm in 91 tests, one every 10", "-", 100, ksDriftTrial(10, 1000, 0)),
  share("KS windows of 100, shift 0.5, alarm in the first test", "-", 1000, ksDriftTrial(100, 100, 0.5)),
  average("Mahalanobis, alpha 0.02, 10 vectors learnt, no shift", "50", 1000, mahalanobisTrial(10)),
];

function share(name: string, claimed: string, trialCount: number, trial: (rng: Rng) => number): Experiment {
  return { name, kind: "share", claimed, trialCount, trial };
}

function average(name: string, claimed: string, trialCount: number, trial: (rng: Rng) => number): Experiment {
  return { name, kind: "mean", claimed, trialCount, trial };
}

export function measure(experiment: Experiment, rng: Rng, factor: number): Float64Array {
  const stream = rng.fork(experiment.name);
  return draws(experiment.trialCount * factor, () => 0).map((_, i) => experiment.trial(stream.fork(`trial-${i}`)));
}

/** Markdown. `factor` multiplies the number of trials. */
export function table(rng: Rng, factor: number): string {
  const rows = experiments.map((experiment) => {
    const { mean: center, high } = tInterval(measure(experiment, rng, factor), 0.95);
    const decimals = experiment.kind === "share" ? 4 : center < 1 ? 3 : 1;
    const cells = [
      experiment.name,
      experiment.claimed,
      center.toFixed(decimals),
      (high - center).toFixed(decimals),
      experiment.trialCount * factor,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return ["| Experiment | Claimed | Measured | +- | Trials |", "|---|---|---|---|---|", ...rows].join("\n");
}
