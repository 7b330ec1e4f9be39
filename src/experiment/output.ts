/** Puts runs together into the document that `run` prints and stores. */
import type { Expectation, RunOutput, RunResult, SummaryEntry } from "./result.ts";
import { type MeanInterval, summarize } from "./summary.ts";

/** What the document needs to know of the scenario; durations in seconds. */
export interface ScenarioHead {
  readonly name: string;
  readonly start?: string | undefined;
  readonly durationS: number;
  readonly warmupS: number;
  readonly expect: readonly Expected[];
}
export interface Expected {
  readonly metric: string;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}
export interface ScenarioSource {
  readonly sha256: string;
  readonly text: string;
  readonly file: string;
}

export interface OutputParts {
  readonly version: string;
  readonly head: ScenarioHead;
  readonly source: ScenarioSource;
  readonly runs: readonly RunResult[];
  readonly interval: MeanInterval;
}

export function runOutput({ version, head, source, runs, interval }: OutputParts): RunOutput {
  const summary = summarize(runs, interval);
  return {
    version,
    scenario: { name: head.name, sha256: source.sha256, text: source.text, file: source.file },
    startUtc: head.start ?? null,
    durationS: head.durationS,
    warmupS: head.warmupS,
    seeds: runs.map((run) => run.seed),
    runs,
    summary,
    expectations: head.expect.map((expected) => judge(expected, summary)),
  };
}

/** A metric without a value, or that no run has, does not meet what is expected of it. */
export function judge({ metric, min, max }: Expected, summary: Readonly<Record<string, SummaryEntry>>): Expectation {
  const value = summary[metric]?.mean ?? null;
  const met = value !== null && (min === undefined || value >= min) && (max === undefined || value <= max);
  return { metric, value, met, ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
}
