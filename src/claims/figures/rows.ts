/** Rows of numbers that are computed once, without an interval of their own. */
import type { Verdict } from "../claim.ts";

type Row = Pick<Verdict, "id" | "parameters" | "unit">;

/** Beside what is expected, if anything is; not judged. */
export function computed(row: Row, value: number, expected: number | null, reason: string): Verdict {
  return { ...row, value, low: value, high: value, expected, verdict: "report-only", reason };
}

/** Passes within `band` of what is expected. */
export function judged(row: Row, value: number, expected: number, band: number): Verdict {
  const off = value - expected;
  const holds = Math.abs(off) <= band;
  const reason = holds ? `within ${band} ${row.unit}` : `off by ${off.toPrecision(3)} ${row.unit}, the band is ${band}`;
  return { ...row, value, low: value, high: value, expected, verdict: holds ? "pass" : "miss", reason };
}
