// Plants the defects of test/mutants/mutants.yaml one at a time in a copy of the sources and shows that the quick suite catches each:
// node scripts/mutants.mjs [id...]. Exits 1 if one survives, 2 if it could not find out. Needs what `npm test` has installed.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";

process.chdir(new URL("..", import.meta.url).pathname);
/** What must catch every defect: the rooms whose tests say what numbers come out, and the claims of `verify --tier quick`. */
const ROOMS = ["kernel", "stats", "world", "control", "scenarios"].map((room) => `dist/test/${room}/**/*.test.js`);
const QUICK_SUITE = [...ROOMS, "dist/test/claims/quick.test.js"];
const LEFT_OUT = new Set([".git", "node_modules", "dist", "out", "coverage", "reports"]);
const WORKER_COUNT = 2;
const SUITE_S_MAX = 1200;

const known = parse(readFileSync("test/mutants/mutants.yaml", "utf8"));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((id) => !known.some((mutant) => mutant.id === id));
if (unknown.length > 0) fail(`no such mutant: ${unknown.join(", ")}; there are ${known.map(({ id }) => id).join(", ")}`);
const mutants = wanted.length === 0 ? known : known.filter(({ id }) => wanted.includes(id));

const copies = [];
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL"); // before what it writes is removed
  for (const copy of copies) rmSync(copy, { recursive: true, force: true, maxRetries: 5 });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => fail(`stopped by ${signal}`)); // else the copies would stay
process.exit(await main());

async function main() {
  const sound = await suite(newCopy(), QUICK_SUITE);
  if (sound.caughtBy !== undefined) fail(`without any defect the quick suite fails: ${sound.caughtBy}`);
  console.log(`unchanged: ${sound.testCount} tests pass`);
  const waiting = [...mutants];
  const survivors = [];
  const work = async (copy) => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const caughtBy = await tryMutant(copy, mutant);
      if (caughtBy === undefined) survivors.push(mutant.id);
      console.log(`${mutant.id}: ${caughtBy === undefined ? "SURVIVED" : `caught by "${caughtBy}"`}`);
    }
  };
  await Promise.all(Array.from({ length: WORKER_COUNT }, (_, i) => work(copies[i] ?? newCopy())));
  console.log(`${mutants.length - survivors.length} of ${mutants.length} caught`);
  return survivors.length === 0 ? 0 : 1;
}

/** Title of the test that catches the mutant, or undefined. */
async function tryMutant(copy, { id, file, find, replace, tests }) {
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  const around = text.split(find);
  if (around.length !== 2) fail(`${id}: its text must occur exactly once in ${file}, not ${around.length - 1} times`);
  writeFileSync(path, around.join(replace));
  try {
    const likely = await suite(copy, [`dist/test/${tests}.test.js`], id);
    return likely.caughtBy ?? (await runTests(copy, QUICK_SUITE)).caughtBy;
  } finally {
    writeFileSync(path, text);
  }
}

/** A copy of the working tree that shares the installed packages. */
function newCopy() {
  const copy = mkdtempSync(join(tmpdir(), "cybertwin-mutants-"));
  copies.push(copy);
  for (const name of readdirSync(".")) if (!LEFT_OUT.has(name)) cpSync(name, join(copy, name), { recursive: true });
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
  return copy;
}

/** Compiles, then runs. A defect that the compiler sees is none of ours. */
async function suite(copy, files, id = "unchanged") {
  const compiled = await run(copy, ["node_modules/typescript/bin/tsc", "-p", "."]);
  if (compiled.code !== 0) fail(`${id} does not compile:\n${compiled.output}`);
  return runTests(copy, files);
}

/** Runs tests up to the first that fails. One that never ends has noticed something as well. */
async function runTests(copy, files) {
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  // Without .mocharc.json mocha starts no second process, which would outlive the first; and a slow machine catches nothing.
  const options = ["--no-config", "--timeout", "120000", "--bail", "--reporter", "json", "--reporter-option", `output=${report}`];
  const { code, output, elapsedS } = await run(copy, ["node_modules/mocha/bin/mocha.js", ...options, ...files]);
  if (code === null && elapsedS < SUITE_S_MAX) fail(`mocha was killed after ${elapsedS.toFixed(0)} s, not by its time limit`);
  if (code === null) return { caughtBy: `no end within ${SUITE_S_MAX} s` };
  if (!existsSync(report)) fail(`mocha ended with code ${code} and no report:\n${output}`);
  const { stats, failures } = JSON.parse(readFileSync(report, "utf8"));
  return { testCount: stats.passes, caughtBy: failures[0]?.fullTitle };
}

function run(cwd, args) {
  return new Promise((done, failed) => {
    const startedMs = performance.now();
    const child = spawn(process.execPath, args, { cwd, timeout: SUITE_S_MAX * 1000, killSignal: "SIGKILL" });
    running.add(child);
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    child.stderr.on("data", (data) => {
      output += data;
    });
    child.on("error", failed);
    child.on("close", (code, signal) => {
      running.delete(child);
      if (signal !== null && signal !== "SIGKILL") fail(`${args[0]} was stopped by ${signal}`);
      done({ code, output, elapsedS: (performance.now() - startedMs) / 1000 });
    });
  });
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
