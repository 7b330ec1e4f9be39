// Installs and builds whatever is missing or out of date; about a second when nothing is. `npm start`, `npm test` and
// `npm pack` run it first, also on a fresh clone, so it may use nothing but Node itself.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";

process.chdir(new URL("..", import.meta.url).pathname);
const PACKAGES = ["package.json", "package-lock.json"];
const SOURCES = ["tsconfig.json", "src", "test", "bench", "scripts/build.mjs", "scripts/world.mjs"];

// `npm ci` empties the folder it installs into. Behind a link that folder is another checkout's, which installs it itself.
const isLinked = existsSync("node_modules") && lstatSync("node_modules").isSymbolicLink();
if (!isLinked) step("node_modules/.setup", PACKAGES, "Installing packages ...", () => npm("ci", "--include=dev"));
step("dist/.setup", [...PACKAGES, ...SOURCES], "Building ...", () => run(process.execPath, ["scripts/build.mjs", "scripts/world.mjs"]));

/** Does `work` unless the stamp says that it was done for exactly these inputs. */
function step(stampFile, inputs, title, work) {
  const stamp = digest(inputs);
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  process.stderr.write(`${title}\n`);
  work();
  writeFileSync(stampFile, stamp);
}

/** sha256 over the Node major and the names and contents of all files under `inputs`. */
function digest(inputs) {
  const hash = createHash("sha256").update(process.versions.node.split(".")[0]);
  for (const file of inputs.flatMap(filesUnder)) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesUnder(`${path}/${name}`));
}

/** npm as it was called, so that the same version installs; the one on the path when this script is run by hand. */
function npm(...args) {
  const path = process.env.npm_execpath ?? "";
  if (path.endsWith("npm-cli.js")) run(process.execPath, [path, ...args]);
  else run("npm", args, process.platform === "win32");
}

/** Output goes to stderr: stdout belongs to the command that follows. */
function run(command, args, shell = false) {
  const result = spawnSync(command, args, { stdio: ["ignore", 2, 2], shell });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status ?? 1);
}
