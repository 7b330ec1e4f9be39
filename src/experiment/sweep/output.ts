/** Puts the runs of a sweep together into the document that `sweep` prints and stores. */
import { type Expected, judge } from "../output.ts";
import type { Expectation, SummaryEntry } from "../result.ts";
import { type MeanInterval, summarize, unitOf } from "../summary.ts";
import { type Comparison, compareWithBaselines } from "./compare.ts";
import type { StoredRun } from "./task-store.ts";

export interface SweepOutput {
  readonly version: string;
  readonly name: string;
  /** Digest of the points, their scenarios and the seeds. */
  readonly sha256: string;
  readonly kind: "grid" | "zip" | "sampled";
  /** The varied paths. */
  readonly paths: readonly string[];
  readonly seeds: readonly number[];
  readonly points: readonly PointOutput[];
  readonly compare?: { readonly metric: string; readonly unit: string; readonly groups: readonly Comparison[] };
}
export interface PointOutput {
  readonly values: Readonly<Record<string, unknown>>;
  readonly sha256: string;
  readonly summary: Readonly<Record<string, SummaryEntry>>;
  readonly expectations: readonly Expectation[];
  /** Of each run, in the order of the seeds. */
  readonly eventLogHashes: readonly string[];
}

export interface SweepParts extends Pick<SweepOutput, "version" | "name" | "sha256" | "kind" | "paths" | "seeds"> {
  readonly points: readonly {
    readonly values: Readonly<Record<string, unknown>>;
    readonly sha256: string;
    readonly expect: readonly Expected[];
    /** In the order of the seeds. */
    readonly runs: readonly StoredRun[];
  }[];
  readonly compare: { readonly metric: string; readonly baselineOf: readonly number[] } | undefined;
  readonly interval: MeanInterval;
}

export function sweepOutput({ points, compare, interval, ...head }: SweepParts): SweepOutput {
  const outputs = points.map(({ values, sha256, expect, runs }): PointOutput => {
    const summary = summarize(runs, interval);
    const expectations = expect.map((expected) => judge(expected, summary));
    return { values, sha256, summary, expectations, eventLogHashes: runs.map((run) => run.eventLogHash) };
  });
  if (compare === undefined) return { ...head, points: outputs };
  const runs = points.map((point) => point.runs);
  const groups = compareWithBaselines(runs, compare);
  return { ...head, points: outputs, compare: { metric: compare.metric, unit: unitOf(compare.metric), groups } };
}
