/** `cybertwin schema [kind]` */

import type { Command } from "./command.ts";
import { didYouMean } from "./did-you-mean.ts";
import { EXIT } from "./exit-code.ts";
import { UsageError } from "./usage-error.ts";

export const schema: Command = {
  words: { usage: "[kind]", min: 0, max: 1 },
  options: {},
  async run(args, io, engine) {
    const [kind = "scenario"] = args.words;
    const schemas = await engine.schemas();
    const kinds = Object.keys(schemas);
    if (!kinds.includes(kind)) {
      throw new UsageError(`There is no schema "${kind}".${didYouMean(kind, kinds)}`, `There are: ${kinds.join(", ")}.`);
    }
    io.out(`${JSON.stringify(schemas[kind], null, 2)}\n`);
    return EXIT.good;
  },
};
