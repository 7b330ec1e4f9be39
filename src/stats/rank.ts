/**
 * Which policies are shown to differ, and a refusal to order the rest: a table sorted by means invents winners.
 */
import { type Interval, mean, tInterval } from "./interval.ts";
import { differences, pairUp, tTestP } from "./paired.ts";

export interface PolicyValues {
  readonly name: string;
  /** One a seed; value i of every policy comes from the same seed. */
  readonly values: ArrayLike<number>;
}

export interface Comparison {
  /** With the better mean of the two. */
  readonly first: string;
  readonly second: string;
  /** Of first minus second, at `level`; contains zero unless `separated`. */
  readonly difference: Interval;
  /** What Holm's correction asks of this pair: above the level asked of all pairs together. */
  readonly level: number;
  /** Adjusted by Holm. */
  readonly pValue: number;
  readonly separated: boolean;
}

export interface Ranking {
  /** Best first. Everyone in a group is shown to beat everyone in later groups; inside a group there is no order. */
  readonly groups: readonly (readonly string[])[];
  /** Every two policies. */
  readonly comparisons: readonly Comparison[];
  /** One sentence for each two that could not be told apart. */
  readonly refusals: readonly string[];
}

/**
 * Compares every two policies by paired t intervals which hold all together at `level` (Holm), and groups them.
 * @throws {RangeError} if policies have different numbers of values.
 */
export function rankPolicies(policies: readonly PolicyValues[], better: "lower" | "higher", level: number): Ranking {
  const sign = better === "lower" ? 1 : -1;
  const ordered = policies.toSorted((a, b) => sign * (mean(a.values) - mean(b.values)));
  const comparisons = compareAll(ordered, level);
  const tied = comparisons.filter(({ separated }) => !separated);
  return {
    groups: grouped(
      ordered.map(({ name }) => name),
      tied,
    ),
    comparisons,
    refusals: tied.map(refusal),
  };
}

function compareAll(ordered: readonly PolicyValues[], level: number): Comparison[] {
  const pairs = ordered.flatMap((first, i) => ordered.slice(i + 1).map((second) => ({ first, second })));
  const offsets = pairs.map(({ first, second }) => differences(pairUp(first.values, second.values)));
  const steps = holm(offsets.map(tTestP), 1 - level);
  return pairs.map(({ first, second }, i) => {
    const { adjusted, share } = steps[i] as HolmStep;
    const difference = tInterval(offsets[i] as Float64Array, 1 - share);
    return { first: first.name, second: second.name, difference, level: 1 - share, pValue: adjusted, separated: adjusted <= 1 - level };
  });
}

/** Cuts the order wherever nobody before the cut is tied with anybody behind it. */
function grouped(names: readonly string[], tied: readonly Comparison[]): string[][] {
  const groups: string[][] = [];
  let reach = -1;
  names.forEach((name, i) => {
    if (i > reach) groups.push([]);
    (groups.at(-1) as string[]).push(name);
    for (const { first, second } of tied) if (first === name) reach = Math.max(reach, names.indexOf(second));
  });
  return groups;
}

function refusal({ first, second, difference: { low, high }, level }: Comparison): string {
  const percent = (100 * level).toFixed(2);
  return `${first} and ${second} are not ranked: the ${percent} % interval of their difference, ${low.toPrecision(3)} to ${high.toPrecision(3)}, contains zero`;
}

export interface HolmStep {
  /** p-value that can be held against `alpha` as it stands. */
  readonly adjusted: number;
  /** The share of `alpha` this test had: alpha / m for the smallest p-value, alpha / (m - 1) for the next, no more after a miss. */
  readonly share: number;
}

/**
 * Many tests at once: the chance that any true hypothesis is rejected stays at most `alpha`, whatever their dependence.
 * @see Holm, Scandinavian Journal of Statistics 6(2), 1979.
 */
export function holm(pValues: readonly number[], alpha: number): HolmStep[] {
  const order = pValues.map((_, i) => i).sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const steps = new Array<HolmStep>(pValues.length);
  let adjusted = 0;
  let share = 0;
  order.forEach((index, position) => {
    const left = pValues.length - position;
    if (adjusted <= alpha) share = alpha / left;
    adjusted = Math.max(adjusted, Math.min(1, left * (pValues[index] as number)));
    steps[index] = { adjusted, share };
  });
  return steps;
}
