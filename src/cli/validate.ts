/** `cybertwin validate <file>...` */
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { isProblemsError } from "./usage-error.ts";

export const validate: Command = {
  words: { usage: "<file>...", min: 1, max: Infinity },
  options: {
    set: { type: "texts", doc: "Check with one value changed, as run and train take it; may be repeated", example: "sites.west.pue=1.2" },
  },
  async run(args, io, engine) {
    let code: number = EXIT.good;
    for (const file of args.words) {
      try {
        for (const warning of await engine.check(file, { set: args.lists.get("set") ?? [], cwd: io.cwd })) io.err(`${warning}\n`);
        io.out(`${file}: valid\n`);
      } catch (error) {
        if (!isProblemsError(error)) throw error;
        io.err(`${error.message}\n`);
        code = EXIT.input;
      }
    }
    return code;
  },
};
