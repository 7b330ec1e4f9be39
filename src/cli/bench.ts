/** `cybertwin bench [name]` */
import { resolve } from "node:path";
import type { Command } from "./command.ts";
import { didYouMean } from "./did-you-mean.ts";
import { EXIT } from "./exit-code.ts";
import { packageRoot } from "./package-root.ts";
import { UsageError } from "./usage-error.ts";

/** The shape of bench/index.ts, which src may not import. */
interface BenchModule {
  readonly BENCHES: Readonly<Record<string, unknown>>;
  runBench(name: string, say: (text: string) => void, options: { readonly trace?: string | undefined }): Promise<boolean>;
}

export const bench: Command = {
  words: { usage: "[name]", min: 0, max: 1 },
  options: {
    trace: {
      type: "text",
      doc: "Requests that serving replays, as `import` writes them; without, it makes its own",
      example: "requests.csv",
    },
  },
  async run(args, io) {
    const { BENCHES, runBench } = (await import(new URL("dist/bench/index.js", packageRoot()).href)) as BenchModule;
    const known = Object.keys(BENCHES);
    const [wanted] = args.words;
    if (wanted !== undefined && !known.includes(wanted)) {
      throw new UsageError(`There is no benchmark "${wanted}".${didYouMean(wanted, known)}`, `There are: ${known.join(", ")}.`);
    }
    const named = args.texts.get("trace");
    if (named !== undefined && wanted !== "serving")
      throw new UsageError("--trace goes with serving: cybertwin bench serving --trace FILE.");
    const trace = named === undefined ? undefined : resolve(io.cwd, named);
    let good = true;
    for (const name of wanted === undefined ? known : [wanted]) if (!(await runBench(name, io.out, { trace }))) good = false;
    return good ? EXIT.good : EXIT.short;
  },
};
