/** Points of a sweep against a baseline, on common random numbers: run by run with the same seed. */
import { type HolmStep, holm, mean, rankPolicies, tInterval, tTestP } from "../../stats/index.ts";
import { LEVEL, type Measured } from "../summary.ts";

export interface ComparePlan {
  readonly metric: string;
  /** The index of the point that each point is compared with. */
  readonly baselineOf: readonly number[];
}

export interface ComparedPoint {
  readonly point: number;
  /** Mean over seeds of the point's value minus the baseline's; null where fewer than two pairs have both. */
  readonly difference: number | null;
  /** t interval of the difference at `level`; null also where all pairs differ by the same, which has no width. */
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
  /** What Holm's correction over all points of the sweep asks of this one: above LEVEL. Null for baselines, and where there is no test. */
  readonly level: number | null;
  /** Pairs of runs. */
  readonly n: number;
  /** "unclear" if the interval holds 0, there is none, or so few pairs differ by the same that it may be chance. */
  readonly verdict: "baseline" | "lower" | "higher" | "unclear";
}

/** Two points that the order does not tell apart. */
export interface Untold {
  readonly first: number;
  readonly second: number;
  /** Mean of the paired difference, first minus second. */
  readonly difference: number;
  /** Its t interval at the level that Holm's correction over all pairs asks; null where all pairs differ by the same. */
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
  readonly level: number;
}

/** The points that share a baseline. */
export interface Comparison {
  readonly baseline: number;
  readonly points: readonly ComparedPoint[];
  /**
   * Points from the lowest mean to the highest. Each is told apart from every point of later lists, at LEVEL for all pairs
   * together; a list of several is no order. Empty where `refusal` says why there is none.
   */
  readonly order: readonly (readonly number[])[];
  readonly untold: readonly Untold[];
  /** Points that lack a value in some run, so that they cannot be paired with all others: left out of the order. */
  readonly unranked: readonly { readonly point: number; readonly valueCount: number }[];
  readonly refusal?: "one-seed" | "too-many";
}

/** Every two points are a test of their own: 4950 for a hundred points. A longer order is read by nobody. */
export const RANKED_MAX = 100;

/** @param runs of each point, in the same order of seeds. Points count from 0. */
export function compareWithBaselines(runs: readonly (readonly Measured[])[], plan: ComparePlan): readonly Comparison[] {
  const values = runs.map((ofPoint) => ofPoint.map(({ metrics }) => metrics[plan.metric] ?? null));
  const compared = comparedPoints(values, plan.baselineOf);
  return [...new Set(plan.baselineOf)].map((baseline) => {
    const points = compared.filter(({ point }) => plan.baselineOf[point] === baseline);
    return { baseline, points, ...ranked(points, values) };
  });
}

type Values = readonly (number | null)[];

/** The runs that both points measured, with the same seed. */
interface Pairs {
  readonly differences: readonly number[];
  /** All differ by the same, but for the rounding of sums. */
  readonly isSame: boolean;
}

const ROUNDING = 1e-12;

function pairsOf(mine: Values, theirs: Values): Pairs {
  const differences: number[] = [];
  let largest = 0;
  for (const [i, value] of mine.entries()) {
    const base = theirs[i];
    if (typeof value !== "number" || typeof base !== "number") continue;
    differences.push(value - base);
    largest = Math.max(largest, Math.abs(value), Math.abs(base));
  }
  return { differences, isSame: Math.max(...differences) - Math.min(...differences) <= ROUNDING * largest };
}

/**
 * Two-sided p-value of "the mean difference is zero". Where all n differences are the same, t would take their spread for
 * none and any difference for proven; what is known then is that all lie on one side: the sign test's 2^(1 - n).
 */
function pValue({ differences, isSame }: Pairs): number {
  return isSame && mean(differences) !== 0 ? signTestP(differences.length) : tTestP(differences);
}

function signTestP(n: number): number {
  let p = 2;
  for (let i = 0; i < n; i++) p /= 2;
  return p;
}

/** Every point against its baseline; Holm's correction over all of them. */
function comparedPoints(values: readonly Values[], baselineOf: readonly number[]): readonly ComparedPoint[] {
  const all = values.map((mine, point) => {
    const baseline = baselineOf[point] as number;
    const pairs = pairsOf(mine, values[baseline] as Values);
    return { point, pairs, isTested: point !== baseline && pairs.differences.length > 1 };
  });
  const tested = all.filter(({ isTested }) => isTested);
  const steps = holm(
    tested.map(({ pairs }) => pValue(pairs)),
    1 - LEVEL,
  ).values();
  return all.map(({ point, pairs, isTested }) =>
    isTested ? testedPoint(point, pairs, steps.next().value as HolmStep) : untestedPoint(point, pairs, point === baselineOf[point]),
  );
}

function testedPoint(point: number, pairs: Pairs, { adjusted, share }: HolmStep): ComparedPoint {
  const difference = mean(pairs.differences);
  const isTold = adjusted <= 1 - LEVEL;
  const verdict = !isTold ? "unclear" : difference > 0 ? "higher" : "lower";
  return { point, difference, ...endsOf(pairs, 1 - share), level: 1 - share, n: pairs.differences.length, verdict };
}

function untestedPoint(point: number, { differences: { length: n } }: Pairs, isBaseline: boolean): ComparedPoint {
  const zero = isBaseline && n > 1 ? 0 : null;
  return { point, difference: zero, ciLow: zero, ciHigh: zero, level: null, n, verdict: isBaseline ? "baseline" : "unclear" };
}

function endsOf({ differences, isSame }: Pairs, level: number): { readonly ciLow: number | null; readonly ciHigh: number | null } {
  if (isSame) return { ciLow: null, ciHigh: null };
  const { low, high } = tInterval(differences, level);
  return { ciLow: low, ciHigh: high };
}

/** All that is said of the order of the points that share a baseline. */
function ranked(points: readonly ComparedPoint[], values: readonly Values[]): Omit<Comparison, "baseline" | "points"> {
  const counted = points.map(({ point }) => ({ point, values: (values[point] as Values).filter((value) => value !== null) }));
  const seedCount = values[0]?.length ?? 0;
  const whole = counted.filter(({ values: known }) => known.length === seedCount);
  const unranked = counted.filter((one) => !whole.includes(one)).map(({ point, values: known }) => ({ point, valueCount: known.length }));
  if (seedCount < 2) return { order: [], untold: [], unranked, refusal: "one-seed" };
  if (whole.length > RANKED_MAX) return { order: [], untold: [], unranked, refusal: "too-many" };
  const { groups, comparisons } = rankPolicies(
    whole.map(({ point, values: known }) => ({ name: String(point), values: known })),
    "lower",
    LEVEL,
  );
  const untold = comparisons.flatMap(({ first: a, second: b, level, separated }): readonly Untold[] => {
    const [first, second] = [Number(a), Number(b)];
    const pairs = pairsOf(values[first] as Values, values[second] as Values);
    const mayBeChance = pairs.isSame && pValue(pairs) > 1 - level;
    return separated && !mayBeChance ? [] : [{ first, second, difference: mean(pairs.differences), ...endsOf(pairs, level), level }];
  });
  const order = joined(
    groups.map((group) => group.map(Number)),
    untold,
  );
  return { order, untold, unranked };
}

/** Puts lists together until no untold pair reaches from one into another. */
function joined(groups: readonly (readonly number[])[], untold: readonly Untold[]): readonly (readonly number[])[] {
  const placeOf = new Map(groups.flatMap((group, place) => group.map((point) => [point, place] as const)));
  const order: number[][] = [];
  let reach = -1;
  for (const [place, group] of groups.entries()) {
    if (place > reach) order.push([...group]);
    else order.at(-1)?.push(...group);
    for (const { first, second } of untold) if (group.includes(first)) reach = Math.max(reach, placeOf.get(second) as number);
  }
  return order;
}
