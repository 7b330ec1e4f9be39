/** `cybertwin report <DIR>` */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeWhole } from "../experiment/write-whole.ts";
import type { Command } from "./command.ts";
import type { Engine } from "./engine.ts";
import { EXIT } from "./exit-code.ts";
import { PLAN, readPlan } from "./plan-folder.ts";
import { UsageError } from "./usage-error.ts";

type Content = "run" | "sweep" | "training";

const pageOf: Readonly<Record<Content, (folder: string, engine: Engine) => Promise<string>>> = {
  run: async (folder, engine) => engine.page(await engine.readFolder(folder)),
  sweep: (folder, engine) => engine.sweepPage(folder),
  training: (folder, engine) => engine.trainingPage(folder),
};

/** A training that was killed is one by its plan alone. */
async function contentOf(folder: string): Promise<Content | undefined> {
  if (existsSync(join(folder, "sweep.json"))) return "sweep";
  if (existsSync(join(folder, "summary.json"))) return "run";
  const hasPlan = existsSync(join(folder, PLAN));
  return hasPlan && (await readPlan(folder)).what === "training" ? "training" : undefined;
}

export const report: Command = {
  words: { usage: "<DIR>", min: 1, max: 1 },
  options: {
    out: { type: "text", doc: "Where to write the page; report.html in the folder otherwise", example: "page.html" },
    force: { type: "switch", doc: "Overwrite the file of --out" },
  },
  async run(args, io, engine) {
    const [word = ""] = args.words;
    const folder = resolve(io.cwd, word);
    const what = await contentOf(folder);
    if (what === undefined) {
      throw new UsageError(
        `${word} holds no run, no sweep and no training: there is no summary.json, sweep.json or training.json.`,
        "Make one with `cybertwin run scenario.yaml --out DIR`.",
      );
    }
    const out = args.texts.get("out");
    const file = out === undefined ? join(folder, "report.html") : resolve(io.cwd, out);
    if (out !== undefined && existsSync(file) && !args.switches.has("force")) {
      throw new UsageError(`--out ${out} exists.`, "Choose another file, or overwrite it with --force.");
    }
    await writeWhole(file, await pageOf[what](folder, engine));
    io.out(`${file}\n`);
    return EXIT.good;
  },
};
