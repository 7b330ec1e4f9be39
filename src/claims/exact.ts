/** Rows of what is not random: only rounding may stand between the two numbers. */
import type { Verdict } from "./claim.ts";

export interface ExactRow {
  readonly id: string;
  readonly parameters: string;
  readonly value: number;
  readonly expected: number;
  readonly unit: string;
  /** Relative to `expected`, for rounding. */
  readonly relative: number;
}

/** `value` equals `expected` but for rounding. */
export function exact({ relative, ...row }: ExactRow): Verdict {
  const agrees = Math.abs(row.value - row.expected) <= relative * Math.abs(row.expected);
  return {
    ...row,
    low: row.value,
    high: row.value,
    verdict: agrees ? "pass" : "miss",
    reason: agrees
      ? `exact, ${relative} relative for rounding`
      : `off by ${row.value - row.expected}, rounding allows ${relative} relative`,
  };
}

/** `value` is at most `bound`; what rounding may do is in the bound. */
export function exactAtMost(row: Omit<ExactRow, "relative" | "expected"> & { readonly bound: number }): Verdict {
  const { bound, ...rest } = row;
  const holds = row.value <= bound;
  return {
    ...rest,
    expected: bound,
    low: row.value,
    high: row.value,
    verdict: holds ? "pass" : "miss",
    reason: holds ? "exact, an upper bound" : "above the bound",
  };
}
