/**
 * Measures what `cybertwin bench learn` measures, and writes results/learning/speed.json and the tables that docs/performance.md makes of it.
 *   node scripts/learning-speed.mjs
 * Takes some five minutes. Run it on a machine that does nothing else; what it finds of load averages stands beside the numbers.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { measureLearning } from "../dist/bench/learn.js";
import { measuredLine } from "../dist/bench/measured.js";
import { placeTables } from "../dist/bench/speed-file.js";

const DOCS = "docs/performance.md";
const OUT = "results/learning/speed.json";

const [before] = loadavg();
const notes = [];
const measured = [];
for await (const each of measureLearning((text) => notes.push(text))) {
  measured.push(each);
  console.log(measuredLine(each));
}
const machine = `Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0].model.trim()})`;
const file = { command: "node scripts/learning-speed.mjs", machine, loadAverages: [before, loadavg()[0]], notes, measured };
mkdirSync("results/learning", { recursive: true });
writeFileSync(OUT, `${JSON.stringify(file, null, 2)}\n`);
writeFileSync(DOCS, placeTables(readFileSync(DOCS, "utf8"), file));
