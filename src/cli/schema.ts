/** `cybertwin schema [kind]` */

import type { Command } from "./command.ts";
import { didYouMean } from "./did-you-mean.ts";
import { EXIT } from "./exit-code.ts";
import { UsageError } from "./usage-error.ts";

const KINDS = ["scenario"];

export const schema: Command = {
  words: { usage: "[kind]", min: 0, max: 1 },
  options: {},
  async run(args, io, engine) {
    const [kind = "scenario"] = args.words;
    if (!KINDS.includes(kind))
      throw new UsageError(`There is no schema "${kind}".${didYouMean(kind, KINDS)}`, `There is: ${KINDS.join(", ")}.`);
    io.out(`${JSON.stringify(await engine.scenarioSchema(), null, 2)}\n`);
    return EXIT.good;
  },
};
