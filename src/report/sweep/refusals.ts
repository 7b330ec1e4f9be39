/** What a sweep's comparison does not say, in words, and why. */
import { type Comparison, RANKED_MAX, type Untold } from "../../experiment/sweep/compare.ts";
import type { SweepOutput } from "../../experiment/sweep/output.ts";
import { intervalText, NBSP } from "../format.ts";
import { pointName, sameText } from "./points.ts";

/** A sentence for a ranking that is not made, for each point that is left out of it, and for each two points that it does not tell apart. */
export function refusalLines(output: SweepOutput, { untold, unranked, refusal }: Comparison): readonly string[] {
  return [
    ...(refusal === undefined ? [] : [NO_ORDER[refusal]]),
    ...unranked.map(({ point, valueCount }) => {
      const some = `only ${valueCount} of its ${output.seeds.length} runs have`;
      return `${pointName(output, point)} is in no order: ${valueCount === 0 ? "no run has" : some} a value.`;
    }),
    ...untold.map((pair) => untoldLine(output, pair)),
  ];
}

const NO_ORDER: Readonly<Record<NonNullable<Comparison["refusal"]>, string>> = {
  "one-seed": "Nothing is ranked: one seed does not say how much seeds differ.",
  "too-many": `Nothing is ranked: more than ${RANKED_MAX} points share a baseline, too many to tell apart two by two.`,
};

function untoldLine(output: SweepOutput, { first, second, difference, ciLow, ciHigh, level }: Untold): string {
  const names = `${pointName(output, first)} and ${pointName(output, second)} are not told apart: `;
  const { unit = "", metric = "" } = output.compare ?? {};
  if (ciLow === null || ciHigh === null) return `${names}${sameText(difference, output.seeds.length)}.`;
  const interval = intervalText(ciLow, ciHigh, unit, metric) ?? "0";
  return `${names}the ${(100 * level).toFixed(2)}${NBSP}% interval of their difference, ${interval}, holds 0.`;
}

/** The first of many sentences, and how many more there are. */
export function firstLines(lines: readonly string[], most: number): readonly string[] {
  const rest = lines.length - most;
  return rest <= 1 ? lines : [...lines.slice(0, most), `... and ${rest} more; sweep.json has all.`];
}
