// node bench/peers/run.mjs [b1] [b2] [b3] [--rounds N]: our simulator beside others on the same input files. See docs/peers.md.
import { existsSync } from "node:fs";

const main = new URL("../../dist/bench/peers/main.js", import.meta.url);
if (!existsSync(main)) throw new Error("not built: node scripts/build.mjs first");
process.chdir(new URL("../..", import.meta.url).pathname);
await import(main.href);
