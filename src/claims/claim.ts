/** What a claim is, for theory (`verify`) and published figures (`reproduce`) alike. */
import type { Lab } from "./lab.ts";

export const TIERS = ["quick", "full"] as const;
/** `quick` fits a test suite; `full` adds what takes minutes. */
export type Tier = (typeof TIERS)[number];

/** One row of the table: a number that was looked for, and what came out. */
export interface Verdict {
  /** `<claim>.<what>`, unique. */
  readonly id: string;
  /** For which values: "load 0.5, c = 8". */
  readonly parameters: string;
  readonly value: number | null;
  readonly expected: number | null;
  /** 99 % interval of `value`; both equal to it where nothing is random. Null where it has no bound. */
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  readonly verdict: "pass" | "miss" | "report-only" | "skipped";
  /** Why it is no plain pass, or what the margin is. */
  readonly reason?: string;
}

/** A piece of work that gives rows; the tier from which on it runs. */
export interface Case {
  readonly tier: Tier;
  check(lab: Lab): Promise<readonly Verdict[]>;
}

export interface Claim {
  /** kebab-case, unique. */
  readonly id: string;
  readonly title: string;
  /** Formula and citation. */
  readonly source: string;
  readonly cases: readonly Case[];
  /** Draws the claim's rows, as `runClaims` gives them, into an SVG file. Drawing tools load when asked for. */
  figure?(rows: readonly Verdict[]): Promise<string>;
}
