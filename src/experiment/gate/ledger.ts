/** The ledger of a baseline: a line of JSON for each time that it was written, with the reason that somebody gave. */
import { mean } from "../../stats/index.ts";
import type { Baseline } from "./baseline.ts";

/** Beside the baseline: `day.json` has `day.ledger.jsonl`. */
export function ledgerOf(baselineFile: string): string {
  return baselineFile.replace(/\.json$/, ".ledger.jsonl");
}

/** @param date of today, ISO 8601 */
export function ledgerLine({ before, after, date, reason }: { before?: Baseline; after: Baseline; date: string; reason: string }): string {
  const means = ({ rewards: { policy, heuristic } }: Baseline) => ({ policy: mean(policy), heuristic: mean(heuristic) });
  const { worldVersion, policySha256 } = after;
  return `${JSON.stringify({ date, reason, worldVersion, policySha256, before: before === undefined ? null : means(before), after: means(after) })}\n`;
}
