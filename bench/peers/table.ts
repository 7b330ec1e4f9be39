/** Results as text: lines for a terminal, a table for the documentation. */
import { type Measured, type Spread, spread } from "./measure.ts";

export interface CaseResult {
  readonly name: string;
  readonly unit: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly sides: readonly Measured[];
  readonly skipped: readonly string[];
}

const HEAD = ["case", "side", "in one run", "k/s of CPU: min, median, max", "ours are", "process CPU, s", "MiB", "answer"];
const isOurs = ({ side }: Measured): boolean => side.startsWith("ours");

export function linesOf({ name, unit, sides, skipped, inputs }: CaseResult): readonly string[] {
  const files = Object.entries(inputs).map(([file, sha256]) => `  ${file} sha256 ${sha256}`);
  const rows = sides.map((side) => `  ${cells(name, sides, side).slice(1).join(" | ")}`);
  return [`${name} (${unit})`, ...files, ...rows, ...skipped.map((reason) => `  skipped ${reason}`)];
}

export function markdownOf(results: readonly CaseResult[]): string {
  const row = (columns: readonly string[]): string => `| ${columns.join(" | ")} |`;
  const rows = results.flatMap(({ name, sides }) => sides.map((side) => row(cells(name, sides, side))));
  return `${[row(HEAD), row(HEAD.map(() => "---")), ...rows].join("\n")}\n`;
}

/** The rate by the CPU time of the loop, and how many times ours is that of the others. */
function cells(name: string, sides: readonly Measured[], side: Measured): readonly string[] {
  const head = [name, side.side, side.amount.toLocaleString("en")];
  if (side.runs.length === 0) return [...head, "-", "-", "-", "-", side.answer];
  const rate = ratesOf(side);
  const { median } = spread(side.runs.map(({ processCpuS }) => processCpuS));
  const peakMib = Math.max(...side.runs.map(({ peakKib }) => peakKib)) / 1024;
  const ratios = isOurs(side) ? [] : sides.filter((it) => isOurs(it) && it.runs.length > 0).map((it) => ratio(it, rate));
  const rates = [rate.min, rate.median, rate.max].map((perS) => short(perS / 1e3)).join(", ");
  return [...head, rates, ratios.join(", "), median.toFixed(2), peakMib.toFixed(0), side.answer];
}

const ratio = (ours: Measured, theirs: Spread): string =>
  `${ours.side.replace("ours, ", "")} x${short(ratesOf(ours).median / theirs.median)}`;
const ratesOf = ({ amount, runs }: Measured): Spread => spread(runs.map(({ loopCpuS }) => amount / loopCpuS));

/** Two digits, or all of a larger number. */
const short = (value: number): string => (value >= 10 ? Math.round(value).toLocaleString("en") : value.toPrecision(2));
