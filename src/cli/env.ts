/** `cybertwin env serve <scenario.yaml | task>` */
import { BrokenFrameError } from "../experiment/env-protocol.ts";
import { serveEnvs } from "../experiment/env-server.ts";
import { type Args, type Command, wholeNumber } from "./command.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Engine } from "./engine.ts";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { UsageError } from "./usage-error.ts";

/** More environments than this in one process are a slip of the finger. */
const LANES_MAX = 4096;

export const env: Command = {
  words: { usage: "serve <scenario.yaml | task>", min: 2, max: 2 },
  options: {
    set: { type: "texts", doc: "Change one value of the scenario; may be repeated", example: "sites.west.pue=1.2" },
    agent: { type: "text", doc: "The external controller, where a scenario has several", example: "scaler" },
    lanes: {
      type: "text",
      doc: "That many environments, stepped together: one that ends begins anew in the same step. Without it there is one, which waits for a reset",
      example: "64",
    },
  },
  run: serve,
};

async function serve(args: Args, io: Io, engine: Engine): Promise<number> {
  const [verb, source] = args.words as readonly [string, string];
  if (verb !== "serve") throw new UsageError(`There is no "env ${verb}".${didYouMean(verb, ["serve"])}`, "See `cybertwin env --help`.");
  const lanes = args.texts.get("lanes");
  const count = lanes === undefined ? 1 : wholeNumber(lanes, "--lanes", 1);
  if (count > LANES_MAX) throw new UsageError(`--lanes must be at most ${LANES_MAX}, got ${count}.`, "Serve more from several processes.");
  const { envs, warnings } = await engine.makeEnvs(source, {
    ...{ set: args.lists.get("set") ?? [], cwd: io.cwd, count },
    agent: args.texts.get("agent"),
  });
  for (const warning of warnings) io.err(`${warning}\n`);
  const signal = io.catchInterrupt("the environments end");
  try {
    const served = { envs, autoreset: lanes !== undefined, version: engine.version };
    await serveEnvs(served, { input: io.input(signal), write: io.outBytes });
    return EXIT.good;
  } catch (error) {
    if (signal.aborted) return EXIT.interrupted;
    throw error instanceof BrokenFrameError ? new UsageError(`Broken input: ${error.message}.`) : error;
  }
}
