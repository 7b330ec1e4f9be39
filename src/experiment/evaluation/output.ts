/** Policies beside each other on the same seeds. */
import type { Contest, Contestant } from "../../scenario/contest.ts";
import { LEVEL, type MeanInterval, unitOf } from "../summary.ts";
import { type ComparedPoint, compareWithBaselines } from "../sweep/compare.ts";

export interface Evaluated {
  readonly contestant: Contestant;
  /** A value a seed. */
  readonly values: readonly number[];
}

export interface EvaluationOutput {
  readonly version: string;
  readonly subject: { readonly kind: Contest["kind"]; readonly name: string; readonly agent?: string; readonly sha256: string };
  readonly metric: string;
  readonly unit: string;
  readonly seeds: readonly number[];
  readonly policies: readonly EvaluatedPolicy[];
  /** Of every policy with every one that it is measured against, of the same mode where both have one. */
  readonly comparisons: readonly PolicyComparison[];
}
export interface EvaluatedPolicy {
  readonly name: string;
  /** Absent where there is one way to act. */
  readonly mode?: NonNullable<Contestant["mode"]>;
  /** Of a stored one. */
  readonly sha256?: string;
  readonly mean: number;
  /** Of the mean, 95 %; null of a single seed. */
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
  readonly values: readonly number[];
}
/** Places count in `policies`. The difference is paired by seed; all verdicts together hold at 95 %. */
export interface PolicyComparison extends Omit<ComparedPoint, "point" | "verdict"> {
  readonly policy: number;
  readonly against: number;
  readonly verdict: "lower" | "higher" | "unclear";
}

export interface EvaluationParts {
  readonly version: string;
  readonly contest: Contest;
  readonly metric: string;
  readonly seeds: readonly number[];
  readonly policies: readonly Evaluated[];
  readonly against: readonly Evaluated[];
  readonly interval: MeanInterval;
}

export function evaluationOutput({ version, contest, metric, seeds, policies, against, interval }: EvaluationParts): EvaluationOutput {
  const { kind, name, sha256 } = contest;
  const all = [...policies, ...against];
  return {
    version,
    subject: { kind, name, ...(contest.kind === "scenario" && { agent: contest.agent }), sha256 },
    metric,
    unit: unitOf(metric),
    seeds,
    policies: all.map((one) => evaluatedPolicy(one, interval)),
    comparisons: comparisons(all, policies.length),
  };
}

function evaluatedPolicy({ contestant: { name, mode, stored }, values }: Evaluated, interval: MeanInterval): EvaluatedPolicy {
  const about = { name, ...(mode !== undefined && { mode }), ...(stored !== undefined && { sha256: stored.sha256 }) };
  if (values.length === 1) return { ...about, mean: values[0] as number, ciLow: null, ciHigh: null, values };
  const { mean, low, high } = interval(values, LEVEL);
  return { ...about, mean, ciLow: low, ciHigh: high, values };
}

/** Every pair is a point with a baseline of its own, so that one correction covers all of them. */
function comparisons(all: readonly Evaluated[], policyCount: number): readonly PolicyComparison[] {
  const pairs = all.slice(0, policyCount).flatMap(({ contestant: { mode } }, policy) =>
    all.flatMap(({ contestant: other }, against) => {
      const isAlike = mode === undefined || other.mode === undefined || mode === other.mode;
      return against >= policyCount && isAlike ? [{ policy, against }] : [];
    }),
  );
  if (pairs.length === 0) return [];
  const runs = pairs.flatMap(({ policy, against }) => [against, policy].map((i) => measured((all[i] as Evaluated).values)));
  const baselineOf = pairs.flatMap((_, i) => [2 * i, 2 * i]);
  return compareWithBaselines(runs, { metric: VALUE, baselineOf }).map(({ points }, i) => {
    const { point: _, verdict, ...compared } = points[1] as ComparedPoint;
    return { ...(pairs[i] as (typeof pairs)[number]), ...compared, verdict: verdict as PolicyComparison["verdict"] };
  });
}

const VALUE = "value";
const measured = (values: readonly number[]) => values.map((value) => ({ metrics: { [VALUE]: value }, notes: {} }));
