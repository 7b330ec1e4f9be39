/** `cybertwin reproduce --list` */
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { UsageError } from "./usage-error.ts";
import { listOf } from "./verify.ts";

export const reproduce: Command = {
  words: { usage: "", min: 0, max: 0 },
  options: { list: { type: "switch", doc: "Say which figures there are" } },
  async run(args, io) {
    const { FIGURES } = await import("../claims/index.ts");
    if (!args.switches.has("list")) throw new UsageError("There is no figure to reproduce yet.", "See `cybertwin reproduce --list`.");
    io.out(listOf(FIGURES));
    return EXIT.good;
  },
};
