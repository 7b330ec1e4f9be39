/**
 * Whether a policy still earns what it earned when the baseline was made. In the same world the same policy must earn the same
 * bits. Otherwise its advantage over the heuristic, seed by seed, must be shown to be no more than a margin less: the heuristic
 * takes away what the world itself gives or takes, and the burden of proof lies with the policy.
 */
import { type Interval, mean, nonInferior, tInterval } from "../../stats/index.ts";
import type { Baseline, Rewards } from "./baseline.ts";

export const VERDICTS = ["ok", "policy broken", "world moved, policy stale"] as const;
export type GateVerdict = (typeof VERDICTS)[number];

/** Of a two-sided interval: 95 % on the side that counts. */
const LEVEL = 0.9;

export type Now = Pick<Baseline, "worldVersion" | "policySha256" | "rewards">;

export interface Judgement {
  readonly verdict: GateVerdict;
  /** How it was judged: by equal bits, or by the change of the advantage. */
  readonly judgedBy: "equal rewards" | "advantage";
  readonly worldMoved: boolean;
  readonly policyChanged: boolean;
  /** Places of seeds at which rewards are not those of the baseline. */
  readonly differing: { readonly policy: readonly number[]; readonly heuristic: readonly number[] };
  /** Mean over seeds of policy minus heuristic, in the baseline and now. */
  readonly advantage: { readonly before: number; readonly now: number };
  /** Of the advantage, now minus then, paired by seed: at least `low` with 95 % confidence. */
  readonly change: Pick<Interval, "mean" | "low">;
  /** The change may be this far below zero: a share of the policy's mean reward in the baseline, at least 0. */
  readonly margin: number;
}

/** @param margin share of the baseline's mean reward of the policy @throws {RangeError} unless all rewards are of the same seeds, two at least. */
export function judgeGate(baseline: Baseline, now: Now, margin: number): Judgement {
  const worldMoved = now.worldVersion !== baseline.worldVersion;
  const policyChanged = now.policySha256 !== baseline.policySha256;
  const differing = {
    policy: differingPlaces(baseline.rewards.policy, now.rewards.policy),
    heuristic: differingPlaces(baseline.rewards.heuristic, now.rewards.heuristic),
  };
  const [before, after] = [advantages(baseline.rewards), advantages(now.rewards)];
  const change = tInterval(
    after.map((value, i) => value - (before[i] as number)),
    LEVEL,
  );
  const allowed = margin * Math.abs(mean(baseline.rewards.policy));
  const judgedBy = worldMoved || policyChanged ? "advantage" : "equal rewards";
  const isGood =
    judgedBy === "advantage"
      ? nonInferior(change, allowed, "higher") === "pass"
      : differing.policy.length + differing.heuristic.length === 0;
  return {
    verdict: isGood ? "ok" : worldMoved ? "world moved, policy stale" : "policy broken",
    judgedBy,
    worldMoved,
    policyChanged,
    differing,
    advantage: { before: mean(before), now: mean(after) },
    change: { mean: change.mean, low: change.low },
    margin: allowed,
  };
}

/** Policy minus heuristic, seed by seed. */
function advantages({ policy, heuristic }: Rewards): readonly number[] {
  if (policy.length !== heuristic.length || policy.length < 2)
    throw new RangeError(`${policy.length} rewards of the policy and ${heuristic.length} of the heuristic make no interval`);
  return policy.map((reward, i) => reward - (heuristic[i] as number));
}

function differingPlaces(then: readonly number[], now: readonly number[]): readonly number[] {
  if (then.length !== now.length) throw new RangeError(`${then.length} and ${now.length} rewards cannot be paired`);
  return now.flatMap((reward, i) => (reward === then[i] ? [] : [i]));
}
