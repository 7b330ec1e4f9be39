/**
 * Ratios instead of milliseconds: ours and a bare reference loop take turns in the same process, CPU time is measured,
 * and the median of the ratios counts. A machine that is slow or busy is so for both.
 */
export interface BenchCase {
  readonly name: string;
  /** What one operation is, for the rate that is printed: "holds". */
  readonly unit: string;
  readonly operationCount: number;
  /** Speed of ours over speed of the reference that is still good. */
  readonly ratioMin: number;
  ours(): void | Promise<void>;
  reference(): void | Promise<void>;
}

export interface BenchResult {
  readonly name: string;
  readonly ratioMedian: number;
  readonly ratioLow: number;
  readonly ratioHigh: number;
  readonly oursPerS: number;
  readonly referencePerS: number;
  readonly good: boolean;
}

const PAIR_COUNT = 7;
const US_PER_S = 1e6;

export async function measure(benchCase: BenchCase): Promise<BenchResult> {
  const { name, operationCount, ratioMin } = benchCase;
  await cpuS(() => benchCase.reference()); // the first round compiles, and is thrown away
  await cpuS(() => benchCase.ours());
  const oursS: number[] = [];
  const referenceS: number[] = [];
  for (let i = 0; i < PAIR_COUNT; i++) {
    referenceS.push(await cpuS(() => benchCase.reference()));
    oursS.push(await cpuS(() => benchCase.ours()));
  }
  const ratios = oursS.map((s, i) => (referenceS[i] as number) / s).sort((a, b) => a - b);
  return {
    name,
    ratioMedian: median(ratios),
    ratioLow: ratios[0] as number,
    ratioHigh: ratios.at(-1) as number,
    oursPerS: operationCount / median(oursS),
    referencePerS: operationCount / median(referenceS),
    good: median(ratios) >= ratioMin,
  };
}

export function line({ ratioMin, unit }: BenchCase, result: BenchResult): string {
  const { name, ratioMedian, ratioLow, ratioHigh, oursPerS, referencePerS, good } = result;
  const ratio = `ratio ${ratioMedian.toFixed(2)} (${ratioLow.toFixed(2)} to ${ratioHigh.toFixed(2)}), at least ${ratioMin}`;
  const rates = `${(oursPerS / 1e6).toFixed(2)} against ${(referencePerS / 1e6).toFixed(2)} M ${unit}/s, ${(1e6 / oursPerS).toFixed(3)} us each`;
  return `${good ? "good " : "short"}  ${name.padEnd(28)} ${ratio}; ${rates}`;
}

/** User and system time that `work` took, seconds. */
async function cpuS(work: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / US_PER_S;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2;
}
