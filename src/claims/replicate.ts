/**
 * Rows of what is random. Independent replications, sharpened by controls of known mean, until the whole 99 % interval lies
 * inside the margin around theory (pass) or outside it (miss), or the cap is reached (miss: undecided).
 */
import type { Control, Interval } from "../stats/index.ts";
import { atMost, controlledInterval, type Verdict as Decision, equivalent } from "../stats/index.ts";
import type { Verdict } from "./claim.ts";
import type { Lab, Setting } from "./lab.ts";
import type { Finding } from "./lab-task.ts";

export const LEVEL = 0.99;
/** Margins of a mean and of a p99, relative to theory. */
export const MEAN_MARGIN = 0.01;
export const P99_MARGIN = 0.03;

/** At least so many replications, then more, a few at a time: up to eleven looks, each at the same level (docs/proof.md says what that costs). */
export const RUNS_MIN = 20;
export const RUNS_STEP = 10;
/** run-length.ts plans for a third of this. */
export const RUNS_MAX = 120;

export interface RandomRow {
  readonly id: string;
  readonly of: (run: Finding) => number;
  readonly unit: string;
  readonly expected: number;
  /** Two-sided, relative to `expected`; or theory is only an upper bound. */
  readonly margin: number | "upper-bound";
  /** What else is known about why the number may be a little off. */
  readonly note?: string;
}

export interface ControlRow {
  readonly of: (run: Finding) => number;
  readonly knownMean: number;
}

export interface Replicated {
  readonly parameters: string;
  readonly setting: Setting;
  readonly rows: readonly RandomRow[];
  readonly controls?: readonly ControlRow[];
}

/** Plays seeds 1, 2, ... until every row is decided. All rows share the runs. */
export async function replicate(lab: Lab, { parameters, setting, rows, controls = [] }: Replicated): Promise<readonly Verdict[]> {
  const loaded = lab.load(setting);
  const runs: Finding[] = [];
  for (;;) {
    const wanted = runs.length === 0 ? RUNS_MIN : RUNS_STEP;
    runs.push(
      ...(await lab.play(
        loaded,
        Array.from({ length: wanted }, (_, i) => runs.length + i + 1),
      )),
    );
    const judged = rows.map((row) => ({ row, ...judge(row, runs, controls) }));
    if (runs.length >= RUNS_MAX || judged.every(({ decision }) => decision !== "undecided")) {
      return judged.map(({ row, interval, decision }) => verdictOf(row, parameters, interval, decision));
    }
  }
}

function judge(row: RandomRow, runs: readonly Finding[], controls: readonly ControlRow[]): { interval: Interval; decision: Decision } {
  const columns: readonly Control[] = controls.map(({ of, knownMean }) => ({ values: runs.map(of), knownMean }));
  const interval = controlledInterval(runs.map(row.of), columns, LEVEL);
  const { expected, margin } = row;
  return { interval, decision: margin === "upper-bound" ? atMost(interval, expected) : equivalent(interval, expected, margin * expected) };
}

function verdictOf({ id, unit, expected, margin, note }: RandomRow, parameters: string, interval: Interval, decision: Decision): Verdict {
  const { mean, low, high, n } = interval;
  const wanted = margin === "upper-bound" ? "below the bound" : `within ${margin * 100} %`;
  const said = { pass: wanted, fail: `not ${wanted}`, undecided: `undecided whether ${wanted}` }[decision];
  const reason = `${said}, ${n} runs${note === undefined ? "" : `; ${note}`}`;
  return { id, parameters, value: mean, expected, low, high, unit, verdict: decision === "pass" ? "pass" : "miss", reason };
}
