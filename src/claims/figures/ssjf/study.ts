/** Runs of the SSJF study: every policy on the same requests, 20 runs a point, and what the points of a sweep come to. */
import { rootRng } from "../../../kernel/index.ts";
import { type Interval, mean, nearestRank } from "../../../stats/index.ts";
import { LEVEL } from "../../replicate.ts";
import { jackknife } from "../jackknife.ts";
import { type Arrivals, drawRequests, type Population, type PredictorName, type Requests } from "./requests.ts";
import { type Finishes, type Job, runFcfs, runShortestFirst, type ServerSpec } from "./scheduler.ts";
import type { Variant } from "./variant.ts";

/** As published. */
export const JOB_COUNT = 50;
export const RUN_COUNT = 20;
/** Figures take seeds from 4000. */
export const FIRST_SEED = 4000;

export const POLICIES = ["oracle", "five-class", "three-class"] as const;
export type Policy = (typeof POLICIES)[number];

export interface Outcome {
  /** Mean over the jobs that were run. */
  readonly jctS: number;
  /** Of those jobs, nearest rank. */
  readonly jctP99S: number;
  /** The study's "throughput": jobs ended by the first quarter of the ends, over the time of the next. */
  readonly throughputP25PerS: number;
  /** All of them over the last end. */
  readonly throughputPerS: number;
}
export type RunOutcomes<Who extends Policy = Policy> = Readonly<Record<Who | "fcfs", Outcome>>;

/** The runs at one point of a sweep. */
export type PointOutcomes<Who extends Policy = Policy> = readonly RunOutcomes<Who>[];

export interface SweepPoint {
  /** Names the point's random streams. */
  readonly name: string;
  readonly arrivals: Arrivals;
}

/** The requests of each run at a point. */
export function requestsOf(
  population: Population,
  { name, arrivals }: SweepPoint,
  { quirks }: Variant,
  runCount: number = RUN_COUNT,
): readonly Requests[] {
  return Array.from({ length: runCount }, (_, i) =>
    drawRequests(population, JOB_COUNT, arrivals, quirks, rootRng(FIRST_SEED + i).fork(name)),
  );
}

/** FCFS and the named policies, on the same requests. */
export function playPoint<Who extends Policy>(
  runs: readonly Requests[],
  server: ServerSpec,
  { quirks }: Variant,
  policies: readonly Who[],
): PointOutcomes<Who> {
  return runs.map(({ jobs, predictedS }) => {
    const shortest = policies.map((policy) => {
      const predictions = policy === "oracle" ? "oracle" : predictedS[policy as PredictorName];
      return [policy, outcomeOf(jobs, runShortestFirst(jobs, server, quirks, predictions))];
    });
    return { fcfs: outcomeOf(jobs, runFcfs(jobs, server, quirks)), ...Object.fromEntries(shortest) } as RunOutcomes<Who>;
  });
}

export function outcomeOf(jobs: readonly Pick<Job, "arrivalS">[], finishS: Finishes): Outcome {
  const ran = jobs.flatMap(({ arrivalS }, id) => {
    const endS = finishS[id] as number;
    return Number.isNaN(endS) ? [] : [{ endS, jctS: endS - arrivalS }];
  });
  const endsS = ran.map(({ endS }) => endS).sort((a, b) => a - b);
  const jctsS = ran.map(({ jctS }) => jctS).sort((a, b) => a - b);
  const quarter = Math.floor((ran.length - 1) / 4);
  return {
    jctS: mean(jctsS),
    jctP99S: jctsS[nearestRank(0.99, jctsS.length) - 1] as number,
    throughputP25PerS: quarter / (endsS[quarter] as number),
    throughputPerS: endsS.length / (endsS.at(-1) as number),
  };
}

/** What is compared: one number of an outcome, and how a policy's mean stands to that of FCFS. */
export interface Effect {
  of(outcome: Outcome): number;
  against(policy: number, fcfs: number): number;
}

export const JCT_REDUCTION: Effect = { of: ({ jctS }) => jctS, against: (policy, fcfs) => 100 * (1 - policy / fcfs) };
export const P99_RATIO: Effect = { of: ({ jctP99S }) => jctP99S, against: (policy, fcfs) => policy / fcfs };
export const EARLY_THROUGHPUT: Effect = { of: ({ throughputP25PerS }) => throughputP25PerS, against: (policy, fcfs) => policy / fcfs };
export const THROUGHPUT: Effect = { of: ({ throughputPerS }) => throughputPerS, against: (policy, fcfs) => policy / fcfs };

/** How the points of a sweep become one number. */
export type Summary = (policy: readonly (readonly number[])[], fcfs: readonly (readonly number[])[], effect: Effect) => number;

/** Each point's effect, then their mean: how the re-run rows of the reference were made. */
export const meanOfPoints: Summary = (policy, fcfs, effect) =>
  mean(policy.map((values, i) => effect.against(mean(values), mean(fcfs[i] as readonly number[]))));

/** The effect on the mean over every second point: what the released plotting script prints, and the paper quotes. */
export const everySecondPoint: Summary = (policy, fcfs, effect) => {
  const overall = (values: readonly (readonly number[])[]): number => mean(values.filter((_, i) => i % 2 === 0).map((each) => mean(each)));
  return effect.against(overall(policy), overall(fcfs));
};

/**
 * The summary with its interval. All points of a run share a seed, and runs are independent: so one value a run, by the jackknife,
 * because the summary is made of ratios.
 */
export function summarize<Who extends Policy>(
  points: readonly PointOutcomes<Who>[],
  policy: Who,
  effect: Effect,
  summary: Summary,
): Interval {
  const runCount = points[0]?.length ?? 0;
  const valuesOf = (name: Who | "fcfs") => points.map((runs) => runs.map((run) => effect.of(run[name])));
  const [chosen, fcfs] = [valuesOf(policy), valuesOf("fcfs")];
  return jackknife(runCount, LEVEL, (kept) => {
    const of = (values: readonly number[]): readonly number[] => kept.map((run) => values[run] as number);
    return summary(chosen.map(of), fcfs.map(of), effect);
  });
}
