/** How often each fault struck, and how long services took to recover. Names and meanings: docs/metrics.md. */
import type { World } from "../world.ts";
import type { MetricBook } from "./book.ts";
import { windowVerdicts } from "./service-metrics.ts";

/** A stretch during which a fault held a server; `endS` is Infinity while it lasts. */
export interface FaultStretch {
  readonly fault: string;
  readonly server: string;
  readonly startS: number;
  endS: number;
}

/** Clean windows in a row that count as recovery. */
const CLEAN_WINDOWS = 3;

export function faultMetrics(book: MetricBook, world: World, names: readonly string[], stretches: readonly FaultStretch[]): void {
  for (const name of names) {
    const mine = stretches.filter(({ fault }) => fault === name);
    book.set(`faults.${name}.count`, mine.length);
    const onsets = [...new Set(mine.map(({ startS }) => startS))];
    recoveryMetric(book, world, { name, onsets });
  }
}

/** Onset to the first of three clean SLO windows in a row, the slowest service deciding; only onsets after the warm-up count. */
function recoveryMetric(book: MetricBook, world: World, { name, onsets }: { name: string; onsets: readonly number[] }): void {
  const metric = `faults.${name}.time_to_recover_mean_s`;
  const services = world.services.filter(({ service }) => service.stats.slo !== undefined);
  const judged = onsets.filter((onsetS) => services.every(({ service }) => onsetS >= service.stats.warmupS));
  const times = judged.map((onsetS) => Math.max(...services.map(({ service }) => recoveryS(service.stats, onsetS))));
  const recovered = times.filter((timeS) => timeS < Infinity);
  if (services.length === 0) book.missing(metric, "no service has an SLO");
  else if (judged.length === 0) book.missing(metric, "the fault did not strike in the measured window");
  else if (recovered.length === 0) book.missing(metric, "no service recovered before the end");
  else {
    const censored = recovered.length < times.length ? { censored: true } : {};
    book.set(metric, recovered.reduce((sum, timeS) => sum + timeS, 0) / recovered.length, { n: recovered.length, ...censored });
  }
}

function recoveryS(stats: World["services"][number]["service"]["stats"], onsetS: number): number {
  const slo = stats.slo as NonNullable<typeof stats.slo>;
  const verdicts = windowVerdicts(stats, slo);
  const first = Math.floor((onsetS - stats.warmupS) / slo.windowS);
  for (let i = first; i + CLEAN_WINDOWS <= verdicts.length; i++) {
    if (verdicts.slice(i, i + CLEAN_WINDOWS).every((met) => met !== false)) return Math.max(0, stats.warmupS + i * slo.windowS - onsetS);
  }
  return Infinity;
}
