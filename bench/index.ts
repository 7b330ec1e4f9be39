/** Every benchmark by the name that `cybertwin bench <name>` takes. */
import { type BenchCase, line, measure } from "./harness.ts";
import { kernelCases } from "./kernel.ts";
import { runCases } from "./run.ts";

export const BENCHES: Readonly<Record<string, () => Iterable<BenchCase>>> = {
  kernel: kernelCases,
  run: runCases,
};

/** Runs one benchmark, a line for each case. @returns true if every ratio is good. */
export async function runBench(name: string, say: (text: string) => void): Promise<boolean> {
  const cases = BENCHES[name];
  if (cases === undefined) throw new Error(`no benchmark ${name}`);
  say(`${name}\n`);
  let good = true;
  for (const benchCase of cases()) {
    const result = await measure(benchCase);
    say(`  ${line(benchCase, result)}\n`);
    good &&= result.good;
  }
  return good;
}
