/** The command: which benchmarks, how many rounds; prints tables, keeps raw numbers and tables under results/peers. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { b1 } from "./b1.ts";
import { b2 } from "./b2.ts";
import { b3 } from "./b3.ts";
import type { Case } from "./case.ts";
import { measure } from "./measure.ts";
import { type CaseResult, linesOf, markdownOf } from "./table.ts";

const BENCHES: Readonly<Record<string, () => Iterable<Case>>> = { b1, b2, b3 };
const RESULTS = "results/peers";
const B_PER_GIB = 1_073_741_824;

function keep(name: string, cases: readonly CaseResult[]): void {
  mkdirSync(RESULTS, { recursive: true });
  const machine = { cpu: cpus()[0]?.model, cpuCount: cpus().length, memoryGib: Math.round(totalmem() / B_PER_GIB) };
  writeFileSync(`${RESULTS}/${name}.json`, `${JSON.stringify({ machine, node: process.version, cases }, undefined, 1)}\n`);
  writeFileSync(`${RESULTS}/${name}.md`, markdownOf(cases));
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { rounds: { type: "string", default: "5" } } });
const unknown = positionals.find((name) => BENCHES[name] === undefined);
if (unknown !== undefined) throw new Error(`no ${unknown}: there are ${Object.keys(BENCHES).join(", ")}`);
let isRight = true;
for (const [name, bench] of Object.entries(BENCHES)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const results: CaseResult[] = [];
  for (const { entries, ...rest } of bench()) {
    const result = { ...rest, sides: measure(entries, Number(values.rounds)) };
    results.push(result);
    for (const line of linesOf(result)) console.log(line);
    isRight &&= result.sides.every((side) => side.isRight || !side.side.startsWith("ours"));
  }
  keep(name, results);
}
process.exitCode = isRight ? 0 : 1;
