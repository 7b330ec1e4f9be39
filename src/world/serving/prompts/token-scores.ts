/** Lengths of answers as a table of quantiles has them: whole tokens with their shares and normal scores. */
import { normalQuantile } from "../../../stats/index.ts";
import type { Table } from "../../base/table.ts";
import { column } from "../../workload/index.ts";

export interface TokenScores {
  /** Least length that occurs; entry i of the arrays is of `leastTokens` + i. */
  readonly leastTokens: number;
  /** Of all answers, summing to 1. */
  readonly shares: Float64Array;
  /** Standard normal quantile of the share of shorter answers and half of those as long. */
  readonly scores: Float64Array;
}

const known = new WeakMap<Table, TokenScores>();

/** Lengths that a law of kind table gives when it is rounded to whole tokens, at least one. Worked out once for each table. */
export function tokenScores(quantiles: Table): TokenScores {
  const before = known.get(quantiles);
  if (before !== undefined) return before;
  const value = column(quantiles, "value");
  const leastTokens = wholeTokens(value[0] as number);
  const lengths = wholeTokens(value[value.length - 1] as number) - leastTokens + 1;
  // Rounding takes halves up, and everything below the least to it.
  const below = Array.from({ length: lengths + 1 }, (_, i) => (i === 0 ? 0 : shareBelow(quantiles, leastTokens + i - 0.5)));
  const count = below.indexOf(1); // a law that ends at a half never gets there
  const shares = Float64Array.from({ length: count }, (_, i) => (below[i + 1] as number) - (below[i] as number));
  const scores = shares.map((share, i) => normalQuantile((below[i] as number) + share / 2));
  const made = { leastTokens, shares, scores };
  known.set(quantiles, made);
  return made;
}

/** Prompts and answers are whole tokens, at least one. */
export const wholeTokens = (tokens: number): number => Math.max(1, Math.round(tokens));

/** Share of a piecewise-linear law below `x`, which is not below all of it. */
function shareBelow(quantiles: Table, x: number): number {
  const [quantile, value] = [column(quantiles, "quantile"), column(quantiles, "value")];
  const above = value.findIndex((each) => each >= x);
  if (above < 0) return 1;
  const [low, high] = [value[above - 1] as number, value[above] as number];
  const [from, to] = [quantile[above - 1] as number, quantile[above] as number];
  return x === high ? to : from + (to - from) * ((x - low) / (high - low));
}
