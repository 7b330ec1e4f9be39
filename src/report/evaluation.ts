/** An evaluation for the terminal and as JSON. */
import type { EvaluatedPolicy, EvaluationOutput } from "../experiment/evaluation/output.ts";
import { aligned, inBrackets } from "./aligned.ts";
import { intervalText, NBSP, quantityText } from "./format.ts";
import { verdictText } from "./sweep/points.ts";
import { refuseBadNumbers } from "./to-json.ts";

export function evaluationToTable(output: EvaluationOutput): string {
  const { subject, metric, unit, seeds, policies, comparisons, version } = output;
  const agent = subject.agent === undefined ? "" : `, controllers.${subject.agent}`;
  const title = `${subject.name}${agent} | ${metric} | ${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"} | cybertwin ${version}`;
  const rows = policies.map(({ name, mode = "", mean, ciLow, ciHigh }) => [
    name,
    mode,
    quantityText(mean, unit, metric, DIGITS),
    inBrackets(intervalText(ciLow, ciHigh, unit, metric)),
  ]);
  const compared = comparisons.map((one) => [
    titleOf(policies[one.policy] as EvaluatedPolicy),
    titleOf(policies[one.against] as EvaluatedPolicy),
    `${one.difference !== null && one.difference > 0 ? "+" : ""}${quantityText(one.difference, unit, metric, DIGITS)}`,
    inBrackets(intervalText(one.ciLow, one.ciHigh, unit, metric)),
    verdictText(one),
  ]);
  const blocks = [[title], aligned(["policy", "", "mean", "95 % interval"], rows)];
  if (compared.length > 0) {
    const head = "Seed by seed; all verdicts together hold at 95 %, and what is unclear is not ranked";
    blocks.push([head, ...aligned(["policy", "against", "difference", "interval", ""], compared)]);
  }
  return `${blocks
    .map((lines) => lines.join("\n"))
    .join("\n\n")
    .replaceAll(NBSP, " ")}\n`;
}

const DIGITS = 4;

const titleOf = ({ name, mode }: EvaluatedPolicy): string => (mode === undefined ? name : `${name}, ${mode}`);

/** Same evaluation, same bytes. @throws {Error} for numbers that JSON cannot carry. */
export function evaluationToJson({ version, ...rest }: EvaluationOutput): string {
  const document = { cybertwin: version, ...rest };
  refuseBadNumbers(document, "");
  return `${JSON.stringify(document, null, 2)}\n`;
}
