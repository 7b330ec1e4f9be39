/** Rows of the SSJF figures. */
import type { Interval } from "../../../stats/index.ts";
import type { Verdict } from "../../claim.ts";

/** Points of JCT reduction and multiples of throughput that a mean may be off a re-run row. */
export const JCT_BAND_POINTS = 1.5;
export const THROUGHPUT_BAND = 0.2;

interface Measured {
  readonly id: string;
  readonly parameters: string;
  readonly unit: string;
  readonly interval: Interval;
}

/**
 * Against a re-run row. Both are means of twenty runs with random streams of their own, so the mean is judged and not its whole interval,
 * which would have to be narrower than twenty runs can make it.
 */
export function againstRerun({ interval, ...row }: Measured, expected: number, band: number): Verdict {
  const off = interval.mean - expected;
  const holds = Math.abs(off) <= band;
  const inside = interval.low <= expected && expected <= interval.high;
  const why = `the re-run is twenty runs of other random streams, and ${inside ? "" : "not "}within the 99 % interval of these`;
  return {
    ...row,
    ...{ value: interval.mean, low: interval.low, high: interval.high, expected },
    verdict: holds ? "pass" : "miss",
    reason: holds
      ? `the mean within ${band} of the re-run, ${interval.n} runs`
      : `off by ${off.toPrecision(3)}, the band is ${band}; ${why}`,
  };
}

/** Against a published number, by the mean of the runs; how that was measured is not known. */
export function againstPublished({ interval, ...row }: Measured, expected: number, band: number): Verdict {
  const off = interval.mean - expected;
  const holds = Math.abs(off) <= band;
  return {
    ...row,
    ...{ value: interval.mean, low: interval.low, high: interval.high, expected },
    verdict: holds ? "pass" : "miss",
    reason: `${holds ? `the mean within ${band}` : `off by ${off.toPrecision(3)}, the band is ${band}`}, ${interval.n} runs`,
  };
}

export function reported({ interval, ...row }: Measured, expected: number | null, reason: string): Verdict {
  return { ...row, value: interval.mean, low: interval.low, high: interval.high, expected, verdict: "report-only", reason };
}
