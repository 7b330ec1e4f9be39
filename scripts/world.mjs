// Which world a program simulates: a digest of all sources that decide what a run measures, written by the build beside the
// bundle, since packed programs have no sources. It is of the code as esbuild prints it, without types, comments and formatting:
// a reworded comment is the same world. It is of every module that such a run may reach, used or not: a digest that
// is too wide asks for a comparison too many, one that is too narrow tells a lie.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build, transform } from "esbuild";

/** Where each world begins: what reads a scenario and plays it; what makes a reference task and adds up its rewards. */
const ROOTS = {
  scenario: ["src/scenario/load.ts", "src/scenario/wiring.ts", "src/experiment/run.ts"],
  task: ["src/learn/tasks/index.ts", "src/learn/evaluate.ts"],
};

/** How a learner thinks. It acts in the world and is no part of it: where it changes, the policy does. */
const AGENT = /^src\/learn\/(?:policy|policy-file|table-policy|running-norm|nets\/.*|algorithms\/.*)\.ts$/;

/** Packages that a module loads on demand, which no import tells. */
const REQUIRED = /createRequire\(import\.meta\.url\)\("([^"]+)"\)/g;

/**
 * Of each world the modules that its runs may reach and the packages that these import, of the sources under `root`.
 * @returns {Promise<Record<string, { modules: string[], packages: Set<string> }>>}
 */
export async function parts(root) {
  const { metafile } = await build({
    entryPoints: Object.values(ROOTS).flat(),
    absWorkingDir: resolve(root),
    outdir: "dist",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "warning",
  });
  return Object.fromEntries(Object.entries(ROOTS).map(([name, roots]) => [name, reached(roots, metafile.inputs)]));
}

/**
 * The digest of each world.
 * @returns {Promise<Record<string, string>>}
 */
export async function worlds(root) {
  const entries = Object.entries(await parts(root)).map(async ([name, part]) => [name, await digest(root, part)]);
  return Object.fromEntries(await Promise.all(entries));
}

/** Modules that are loaded with `roots`, without those of agents, and the names of the packages that they load. */
function reached(roots, inputs) {
  const modules = new Set();
  const packages = new Set();
  const visit = (path) => {
    if (modules.has(path) || AGENT.test(path)) return;
    modules.add(path);
    for (const { path: imported, external } of inputs[path].imports) {
      if (!external) visit(imported);
      else if (!imported.startsWith("node:")) packages.add(packageOf(imported));
    }
  };
  roots.forEach(visit);
  return { modules: [...modules].sort(), packages };
}

async function digest(root, { modules, packages }) {
  const hash = createHash("sha256");
  for (const path of modules) {
    const source = readFileSync(join(root, path), "utf8");
    const { code } = await transform(source, {
      loader: "ts",
      format: "esm",
      target: "es2023",
      minifyWhitespace: true,
      legalComments: "none",
    });
    hash.update(`${path}\0${code.length}\0${code}`);
    for (const [, name] of source.matchAll(REQUIRED)) packages.add(packageOf(name));
  }
  for (const name of [...packages].sort()) hash.update(`${name}\0${versionOf(root, name)}\0`);
  return hash.digest("hex");
}

/** `name` of `name/lib/file.js`, `@scope/name` of `@scope/name/file.js`. */
function packageOf(specifier) {
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)[0];
}

function versionOf(root, name) {
  return JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;
}

export async function writeWorlds(root) {
  writeFileSync(join(root, "dist/world.json"), `${JSON.stringify(await worlds(root))}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await writeWorlds(".");
