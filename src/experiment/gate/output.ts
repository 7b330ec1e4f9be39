/** What a gate said, for those who print it. */
import { mean } from "../../stats/index.ts";
import type { Baseline } from "./baseline.ts";
import type { Judgement } from "./judge.ts";

export interface GateResult {
  /** As the user named it. */
  readonly file: string;
  readonly judgement: Judgement;
  readonly baseline: Baseline;
  readonly now: Baseline;
  /** The command that trains the policy again. */
  readonly command: string;
}

/** Sentences on why: one where all is well, then what to do where it is not. */
export function explain({ file, judgement, baseline, now, command }: GateResult): readonly string[] {
  const { verdict, judgedBy, worldMoved, policyChanged } = judgement;
  const record = `cybertwin gate ${file} --update --reason "..."`;
  if (judgedBy === "equal rewards") {
    if (verdict === "ok") return ["The world is the same, and all rewards are, to the bit."];
    return [differenceText(judgement, now.subject.seeds), ...brokenAdvice(judgement)];
  }
  const changed = [...(worldMoved ? ["the world moved"] : []), ...(policyChanged ? ["the policy is another one"] : [])].join(" and ");
  const since = `Since the baseline ${changed}: the advantage over the heuristic changed by ${numberText(judgement.change.mean)}, at least ${numberText(judgement.change.low)} with 95 % confidence; ${numberText(-judgement.margin)} is allowed.`;
  if (verdict === "ok") return [since, `To compare with this from now on: ${record}`];
  const heuristicStands = judgement.differing.heuristic.length === 0;
  const [was, is] = [mean(baseline.rewards.heuristic), mean(now.rewards.heuristic)].map(numberText);
  const heuristic = heuristicStands
    ? "The heuristic earns the same bits as before: the world moved only where the policy goes, or the code of the policy changed with it."
    : `The heuristic, too, earns otherwise: ${was} before, ${is} now.`;
  return [since, heuristic, `Train it again, then record it: ${command}; ${record}`];
}

function differenceText({ differing }: Judgement, seeds: readonly number[]): string {
  const { policy, heuristic } = differing;
  const first = seeds[policy[0] ?? (heuristic[0] as number)];
  const who = policy.length === 0 ? "the heuristic" : heuristic.length === 0 ? "the policy" : "the policy and the heuristic";
  const count = new Set([...policy, ...heuristic]).size;
  return `The world is the same, and ${who} ${policy.length > 0 && heuristic.length > 0 ? "earn" : "earns"} otherwise at ${count} of ${seeds.length} seeds, first at ${first}.`;
}

function brokenAdvice({ differing }: Judgement): readonly string[] {
  if (differing.heuristic.length === 0) return ["What is learned acts otherwise than it did: look at the code of policies and networks."];
  return [
    "The heuristic has no weights: this machine computes otherwise than the one of the baseline, or the program is not built from its sources.",
  ];
}

export function numberText(value: number): string {
  return String(Number(value.toPrecision(5)));
}
