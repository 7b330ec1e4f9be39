/** `cybertwin validate <file>...` */
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { isProblemsError } from "./usage-error.ts";

export const validate: Command = {
  words: { usage: "<file>...", min: 1, max: Infinity },
  options: {},
  async run(args, io, engine) {
    let code: number = EXIT.good;
    for (const file of args.words) {
      try {
        for (const warning of await engine.check(file, io.cwd)) io.err(`${warning}\n`);
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
