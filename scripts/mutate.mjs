// Mutation score of one room, by Stryker: node scripts/mutate.mjs kernel|stats|world/energy [Stryker's own options].
// Works in out/mutate, where it installs Stryker the first time: too many packages to ask of everybody who installs this one.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";

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

const [room, ...options] = process.argv.slice(2);
if (room === undefined || !existsSync(`src/${room}`)) {
  console.error("usage: node scripts/mutate.mjs ROOM [Stryker's options]; a room is a folder of src that test mirrors, such as kernel");
  process.exit(2);
}

mkdirSync(COPY, { recursive: true });
for (const name of readdirSync(COPY)) if (name !== "node_modules") rmSync(`${COPY}/${name}`, { recursive: true });
for (const name of COPIED) cpSync(name, `${COPY}/${name}`, { recursive: true });
if (!existsSync(`${COPY}/node_modules/@stryker-mutator/mocha-runner`)) {
  run("npm", ["install", "--no-save", "--legacy-peer-deps", "--no-audit", "--no-fund", ...PACKAGES], process.platform === "win32");
}

const config = {
  mutate: [`src/${room}/**/*.ts`, "!src/**/*.d.ts", "!src/**/index.ts"],
  testRunner: "mocha",
  plugins: ["@stryker-mutator/mocha-runner"],
  mochaOptions: { spec: [`dist/test/${room}/**/*.test.js`] },
  buildCommand: "tsc -p .",
  tsconfigFile: "none", // it would read tsconfig.json with the interface of TypeScript 5
  disableTypeChecks: "src/**/*.ts",
  coverageAnalysis: "perTest",
  ignoreStatic: true, // what runs once at load: schemas and texts for the most part, and each would need a process of its own
  concurrency: 2,
  timeoutMS: 5000,
  reporters: ["clear-text", "json", "progress-append-only"],
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false },
  jsonReporter: { fileName: "mutation.json" },
};
writeFileSync(`${COPY}/.mocharc.json`, JSON.stringify({ timeout: 60_000 }));
writeFileSync(`${COPY}/stryker.config.json`, JSON.stringify(config));
run(process.execPath, ["node_modules/@stryker-mutator/core/bin/stryker.js", "run", ...options]);

function run(program, args, shell = false) {
  const { status } = spawnSync(program, args, { cwd: COPY, stdio: "inherit", shell });
  if (status !== 0) process.exit(status ?? 1);
}
