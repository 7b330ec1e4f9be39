// Compiles everything to dist/src, dist/test and dist/bench, then bundles the command and its worker into dist/*.js.
// The bundle is what makes `cybertwin --help` start as fast as bare Node: each command is a chunk loaded on demand.
import { spawnSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { writeWorlds } from "./world.mjs";

process.chdir(new URL("..", import.meta.url).pathname);
rmSync("dist", { recursive: true, force: true }); // a renamed test must not go on running

// TensorFlow.js registers its gradients only where a bundler reads its sources: its package for Node has none. Its registries are
// global, so this file, loaded beside that package, completes it.
await build({
  stdin: { contents: 'import "@tensorflow/tfjs-core/dist/register_all_gradients.js";', resolveDir: "." },
  outfile: "dist/tfjs-gradients.js",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  mainFields: ["module", "main"],
  legalComments: "none",
  logLevel: "warning",
});

const compiled = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."], { stdio: "inherit" });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

await build({
  entryPoints: {
    cybertwin: "src/cli/main.ts",
    worker: "src/experiment/worker.ts",
    "lane-worker": "src/experiment/lane-worker.ts",
    "lab-worker": "src/claims/lab-worker.ts",
    "backend-probe": "src/cli/backend-probe.ts",
  },
  outdir: "dist",
  chunkNames: "chunk-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: true,
  sourcesContent: false,
  // Both find files beside their own: a worker, WebAssembly. One copy of TensorFlow.js serves every backend.
  external: ["piscina", "@tensorflow/*", "#tfjs-gradients", "webgpu"],
  // Bundled CommonJS packages call require() for Node's own modules.
  banner: { js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);' },
  logLevel: "warning",
});
chmodSync("dist/cybertwin.js", 0o755);
await writeWorlds(".");
