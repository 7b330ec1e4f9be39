// Mutation score of one room, by Stryker: node scripts/mutate.mjs ROOM [LINES SEED], with ROOM kernel, stats, world/energy or any other.
// With LINES, only so many lines, drawn at random; what spans several lines (whole blocks) is then left out. Works in out/mutate, where it
// installs Stryker the first time: too many packages to ask of everybody who installs this one.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import seedrandom from "seedrandom";

process.chdir(new URL("..", import.meta.url).pathname);
const COPY = "out/mutate";
const COPIED = [
  "src",
  "test",
  "bench",
  "docs",
  "catalogue",
  "scenarios",
  "traces",
  "schema",
  "tsconfig.json",
  "package.json",
  "package-lock.json",
];
// Its mocha plugin reaches into mocha's files, which moved in 12: the tests run the same on 11.
const PACKAGES = ["@stryker-mutator/core@9.6.1", "@stryker-mutator/mocha-runner@9.6.1", "mocha@11.8.0"];

const [room, lineCount, seed] = process.argv.slice(2);
if (room === undefined || !existsSync(`src/${room}`) || (lineCount === undefined) !== (seed === undefined)) {
  console.error("usage: node scripts/mutate.mjs ROOM [LINES SEED]; a room is a folder of src that test mirrors, such as kernel");
  process.exit(2);
}

mkdirSync(COPY, { recursive: true });
for (const name of readdirSync(COPY)) if (name !== "node_modules") rmSync(`${COPY}/${name}`, { recursive: true });
for (const name of COPIED) cpSync(name, `${COPY}/${name}`, { recursive: true });
if (!existsSync(`${COPY}/node_modules/@stryker-mutator/mocha-runner`)) {
  run("npm", ["install", "--no-save", "--legacy-peer-deps", "--no-audit", "--no-fund", ...PACKAGES], process.platform === "win32");
}

const config = {
  mutate: lineCount === undefined ? filesUnder(`src/${room}`) : sampledLines(Number(lineCount), seed),
  testRunner: "mocha",
  plugins: ["@stryker-mutator/mocha-runner"],
  mochaOptions: { spec: testFiles() },
  buildCommand: "tsc -p .",
  tsconfigFile: "none", // it would read tsconfig.json with the interface of TypeScript 5
  disableTypeChecks: "src/**/*.ts",
  coverageAnalysis: "perTest",
  ignoreStatic: true, // what runs once at load: schemas and texts for the most part, and each would need a process of its own
  concurrency: 2,
  timeoutMS: 5000,
  dryRunTimeoutMinutes: 30,
  reporters: ["clear-text", "json", "progress-append-only"],
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false },
  jsonReporter: { fileName: "mutation.json" },
};
writeFileSync(`${COPY}/.mocharc.json`, JSON.stringify({ timeout: 60_000 }));
writeFileSync(`${COPY}/stryker.config.json`, JSON.stringify(config));
run(process.execPath, ["node_modules/@stryker-mutator/core/bin/stryker.js", "run"]);

report(JSON.parse(readFileSync(`${COPY}/mutation.json`, "utf8")));

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".ts") && !/\.d\.ts$|index\.ts$/.test(file))
    .sort();
}

/** The room's tests, but for the long experiments of docs/statistics.md: what only they notice counts as missed. */
function testFiles() {
  return readdirSync(`test/${room}`, { recursive: true })
    .filter((name) => name.endsWith(".test.ts") && name !== "experiments.test.ts")
    .map((name) => `dist/test/${room}/${name.replaceAll("\\", "/").replace(/\.ts$/, ".js")}`)
    .sort();
}

/** `count` lines of code in random order, as `file:line-line`. */
function sampledLines(count, seed) {
  const isCode = (line) => /[a-z]/i.test(line) && !/^\s*(\/\/|\/?\*|import |export type|export interface|readonly )/.test(line);
  const lines = filesUnder(`src/${room}`).flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .flatMap((line, i) => (isCode(line) ? [`${file}:${i + 1}-${i + 1}`] : [])),
  );
  const draw = seedrandom(seed);
  return lines
    .map((line) => ({ line, key: draw() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ line }) => line);
}

/** Share of mutants that a test notices, with Wilson's 95 % interval: what is true of the room if these are a sample of it. */
function report({ files }) {
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const count = (...wanted) => statuses.filter((status) => wanted.includes(status)).length;
  const caught = count("Killed", "Timeout");
  const n = caught + count("Survived", "NoCoverage");
  const z = 1.96;
  const middle = (caught + (z * z) / 2) / (n + z * z);
  const half = (z / (n + z * z)) * Math.sqrt((caught * (n - caught)) / n + (z * z) / 4);
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  const ignored = `${count("Ignored")} that run once at load were not tried`;
  console.log(
    `${room}: ${caught} of ${n} caught, ${percent(caught / n)} (${percent(middle - half)} to ${percent(middle + half)}); ${ignored}`,
  );
}

function run(program, args, shell = false) {
  const { status } = spawnSync(program, args, { cwd: COPY, stdio: "inherit", shell });
  if (status !== 0) process.exit(status ?? 1);
}
