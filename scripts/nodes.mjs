// Brings other versions of Node into .nodes/<major>/, for the test that results are the same bytes on each. Not needed for
// anything else. The registry's package `node` holds the binaries of every release.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";

const MAJORS = [22, 24];
const ROOT = new URL("..", import.meta.url).pathname;

for (const major of MAJORS) {
  const folder = `${ROOT}.nodes/${major}`;
  const binary = `${folder}/node_modules/node/bin/node`;
  if (!existsSync(binary)) install(folder, major);
  const { status, stdout } = spawnSync(binary, ["--version"], { encoding: "utf8" });
  if (status !== 0) {
    process.stderr.write(`Node ${major} does not run from ${binary}\n`);
    process.exitCode = 1;
  } else process.stdout.write(`${stdout.trim()} ${binary}\n`);
}

function install(folder, major) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/package.json`, `{ "private": true }\n`); // npm stops at the nearest package.json
  const args = ["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", `node@${major}`];
  const { status } = spawnSync("npm", args, { cwd: folder, stdio: ["ignore", 2, 2] });
  if (status !== 0) process.stderr.write(`npm could not bring node@${major}\n`);
}
