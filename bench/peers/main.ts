/** The command: which benchmarks, how many rounds; prints tables, keeps raw numbers and tables under results/peers. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { b1 } from "./b1.ts";
import { b2 } from "./b2.ts";
import { b3 } from "./b3.ts";
import type { Case } from "./case.ts";
import { type Measured, measure, spread } from "./measure.ts";

const BENCHES: Readonly<Record<string, () => Iterable<Case>>> = { b1, b2, b3 };
const RESULTS = "results/peers";
const HEAD = ["case", "side", "in one run", "k/s of CPU: min, median, max", "ours are", "process CPU, s", "MiB", "answer"];

interface CaseResult {
  readonly name: string;
  readonly unit: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly sides: readonly Measured[];
  readonly skipped: readonly string[];
}

function told({ name, unit, sides, skipped, inputs }: CaseResult): readonly string[] {
  const files = Object.entries(inputs).map(([file, sha256]) => `  ${file} sha256 ${sha256}`);
  const rows = sides.map((side) => `  ${cells(name, sides, side).slice(1).join(" | ")}`);
  return [`${name} (${unit})`, ...files, ...rows, ...skipped.map((reason) => `  skipped ${reason}`)];
}

/** Side by side: the rate by the CPU time of the loop, and how many times ours is that of the others. */
function cells(name: string, sides: readonly Measured[], side: Measured): readonly string[] {
  const head = [name, side.side, side.amount.toLocaleString("en")];
  if (side.runs.length === 0) return [...head, "-", "-", "-", "-", side.answer];
  const rate = ratesOf(side);
  const { median } = spread(side.runs.map(({ processCpuS }) => processCpuS));
  const peakMib = Math.max(...side.runs.map(({ peakKib }) => peakKib)) / 1024;
  const ratios = sides
    .filter((it) => it.side.startsWith("ours") && !side.side.startsWith("ours") && it.runs.length > 0)
    .map((it) => `${it.side.replace("ours, ", "")} x${(ratesOf(it).median / rate.median).toPrecision(2)}`);
  const rates = [rate.min, rate.median, rate.max].map((perS) => perThousand(perS)).join(", ");
  return [...head, rates, ratios.join(", "), median.toFixed(2), peakMib.toFixed(0), side.answer];
}

const perThousand = (perS: number): string => (perS >= 1e5 ? Math.round(perS / 1e3).toLocaleString("en") : (perS / 1e3).toPrecision(3));
const ratesOf = ({ amount, runs }: Measured): ReturnType<typeof spread> => spread(runs.map(({ loopCpuS }) => amount / loopCpuS));

function keep(name: string, results: readonly CaseResult[]): void {
  mkdirSync(RESULTS, { recursive: true });
  const machine = { cpu: cpus()[0]?.model, cpuCount: cpus().length, memoryGib: Math.round(totalmem() / 1_073_741_824) };
  writeFileSync(`${RESULTS}/${name}.json`, `${JSON.stringify({ machine, node: process.version, cases: results }, undefined, 1)}\n`);
  const row = (columns: readonly string[]): string => `| ${columns.join(" | ")} |`;
  const rows = results.flatMap(({ name: title, sides }) => sides.map((side) => row(cells(title, sides, side))));
  writeFileSync(`${RESULTS}/${name}.md`, `${[row(HEAD), row(HEAD.map(() => "---")), ...rows].join("\n")}\n`);
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { rounds: { type: "string", default: "5" } } });
const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
let isRight = true;
for (const name of names) {
  const bench = BENCHES[name];
  if (bench === undefined) throw new Error(`no ${name}: there are ${Object.keys(BENCHES).join(", ")}`);
  const results: CaseResult[] = [];
  for (const { entries, ...rest } of bench()) {
    const result = { ...rest, sides: measure(entries, Number(values.rounds)) };
    results.push(result);
    for (const line of told(result)) console.log(line);
    isRight &&= result.sides.every(({ side, isRight: right }) => right || !side.startsWith("ours"));
  }
  keep(name, results);
}
process.exitCode = isRight ? 0 : 1;
