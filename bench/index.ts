/** Every benchmark by the name that `cybertwin bench <name>` takes. */
import { type BenchCase, line, measure } from "./harness.ts";
import { kernelCases } from "./kernel.ts";

export const BENCHES: Readonly<Record<string, () => Iterable<BenchCase>>> = {
  kernel: kernelCases,
};

/** Runs one benchmark, a line for each case. @returns true if every ratio is good. */
export function runBench(name: string, say: (text: string) => void): boolean {
  const cases = BENCHES[name];
  if (cases === undefined) throw new Error(`no benchmark ${name}`);
  say(`${name}\n`);
  let good = true;
  for (const benchCase of cases()) {
    const result = measure(benchCase);
    say(`  ${line(benchCase, result)}\n`);
    good &&= result.good;
  }
  return good;
}
