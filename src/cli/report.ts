/** `cybertwin report <DIR>` */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeWhole } from "../experiment/write-whole.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { UsageError } from "./usage-error.ts";

export const report: Command = {
  words: { usage: "<DIR>", min: 1, max: 1 },
  options: {
    out: { type: "text", doc: "Where to write the page; report.html in the folder otherwise", example: "page.html" },
    force: { type: "switch", doc: "Overwrite the file of --out" },
  },
  async run(args, io, engine) {
    const [word = ""] = args.words;
    const folder = resolve(io.cwd, word);
    const isSweep = existsSync(join(folder, "sweep.json"));
    if (!isSweep && !existsSync(join(folder, "summary.json"))) {
      throw new UsageError(
        `${word} holds no run and no sweep: there is no summary.json and no sweep.json.`,
        "Make one with `cybertwin run scenario.yaml --out DIR`.",
      );
    }
    const out = args.texts.get("out");
    const file = out === undefined ? join(folder, "report.html") : resolve(io.cwd, out);
    if (out !== undefined && existsSync(file) && !args.switches.has("force")) {
      throw new UsageError(`--out ${out} exists.`, "Choose another file, or overwrite it with --force.");
    }
    await writeWhole(file, isSweep ? await engine.sweepPage(folder) : await engine.page(await engine.readFolder(folder)));
    io.out(`${file}\n`);
    return EXIT.good;
  },
};
