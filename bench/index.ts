/** Every benchmark by the name that `cybertwin bench <name>` takes. */
import { budget } from "./budget.ts";
import { fleet } from "./fleet.ts";
import { type BenchCase, line, measure } from "./harness.ts";
import { kernelCases } from "./kernel.ts";
import { learn } from "./learn.ts";
import { runCases } from "./run.ts";
import { servingCases } from "./serving.ts";
import { start } from "./start.ts";

type Say = (text: string) => void;
export interface BenchOptions {
  /** Requests to language models that `serving` replays instead of its own. */
  readonly trace?: string | undefined;
}

/** Says a line for each thing measured; true if all of them are good. */
type Bench = (say: Say, options: BenchOptions) => Promise<boolean>;

export const BENCHES: Readonly<Record<string, Bench>> = {
  kernel: (say) => ratios(kernelCases(), say),
  run: (say) => ratios(runCases(), say),
  serving: (say, { trace }) => ratios(servingCases(trace), say),
  fleet,
  start,
  budget,
  learn,
};

export async function runBench(name: string, say: Say, options: BenchOptions = {}): Promise<boolean> {
  const bench = BENCHES[name];
  if (bench === undefined) throw new Error(`no benchmark ${name}`);
  say(`${name}\n`);
  return bench((text) => say(`  ${text}\n`), options);
}

async function ratios(cases: Iterable<BenchCase>, say: Say): Promise<boolean> {
  let good = true;
  for (const benchCase of cases) {
    const result = await measure(benchCase);
    say(line(benchCase, result));
    good &&= result.good;
  }
  return good;
}
