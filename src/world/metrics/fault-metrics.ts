/** How often each fault struck, and how long services took to recover. Names and meanings: docs/metrics.md. */
import type { World } from "../world.ts";
import type { MetricBook } from "./book.ts";
import { type SloWindow, sloWindows } from "./service-metrics.ts";

/** A stretch during which a fault held a server, or a GPU, by its name; `endS` is Infinity while it lasts. */
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
  const { nowS } = world.simulation;
  const services = world.requestUnits.flatMap(({ service }) => {
    const { slo, warmupS } = service.stats;
    return slo === undefined ? [] : [{ warmupS, windows: sloWindows(service, slo, nowS) }];
  });
  const judged = onsets.filter((onsetS) => services.every(({ warmupS }) => onsetS >= warmupS));
  const times = judged.map((onsetS) => Math.max(...services.map(({ windows }) => recoveryS(windows, onsetS))));
  const recovered = times.filter((timeS) => timeS < Infinity);
  if (services.length === 0) book.missing(metric, "no service has an SLO");
  else if (judged.length === 0) book.missing(metric, "the fault did not strike in the measured window");
  else if (recovered.length === 0) book.missing(metric, "no service recovered before the end");
  else {
    const censored = recovered.length < times.length ? { censored: true } : {};
    book.set(metric, recovered.reduce((sum, timeS) => sum + timeS, 0) / recovered.length, { n: recovered.length, ...censored });
  }
}

function recoveryS(windows: readonly SloWindow[], onsetS: number): number {
  let cleanCount = 0;
  for (const [i, { toS, met }] of windows.entries()) {
    if (toS <= onsetS) continue; // over before it began
    cleanCount = met === false ? 0 : cleanCount + 1;
    if (cleanCount === CLEAN_WINDOWS) return Math.max(0, (windows[i - CLEAN_WINDOWS + 1] as SloWindow).fromS - onsetS);
  }
  return Infinity;
}
