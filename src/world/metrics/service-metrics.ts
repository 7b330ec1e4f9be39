/** Metrics of one latency-critical service. Names and meanings: docs/metrics.md. */
import { REQUEST_STATE } from "../cluster/request-pool.ts";
import type { Service } from "../cluster/service.ts";
import { OUTCOME, type RequestTally, type ServiceStats, type Slo } from "../cluster/service-stats.ts";
import type { ServiceUnit } from "../world.ts";
import type { MetricBook } from "./book.ts";

const S_PER_MIN = 60;
const PERCENTILES = ["p50", "p90", "p95", "p99", "p999"] as const;
const NONE_FINISHED = "no request of the measured window finished";

/** Requests of the measured window that are still under way, and those of them that could still meet the SLO. */
interface Open {
  count: number;
  young: number;
}

export function serviceMetrics(book: MetricBook, unit: ServiceUnit, endS: number): void {
  const { service, name } = unit;
  const { stats } = service;
  const prefix = `workloads.${name}`;
  const open = openRequests(service, endS);
  tallyMetrics(book, prefix, stats.total, { open: open[0] as Open, measuredS: endS - stats.warmupS, slo: stats.slo });
  stats.classes.forEach((tally, i) => {
    tallyMetrics(book, `${prefix}.${unit.classNames[i]}`, tally, {
      open: open[i + 1] as Open,
      measuredS: endS - stats.warmupS,
      slo: stats.slo,
    });
  });
  if (stats.slo !== undefined) windowMetrics(book, prefix, stats, stats.slo);
  book.set(`${prefix}.attempts`, stats.attemptCount);
  book.set(`${prefix}.oom_restarts`, stats.oomRestarts);
  book.ratio(`${prefix}.in_system_mean`, stats.areaS(endS), endS, "no time passed");
  book.set(
    `${prefix}.energy_j`,
    service.replicas.reduce((sum, { container }) => sum + container.energyJ.value, 0),
  );
  book.set(`${prefix}.carbon_g`, stats.endedCarbonG + service.openEnergy().carbonG);
}

function tallyMetrics(
  book: MetricBook,
  prefix: string,
  tally: RequestTally,
  window: { open: Open; measuredS: number; slo: Slo | undefined },
): void {
  const ended = (outcome: keyof typeof OUTCOME): number => tally.ended[OUTCOME[outcome]] as number;
  book.set(`${prefix}.requests_arrived`, tally.arrived);
  book.set(`${prefix}.requests_finished`, tally.finished);
  book.set(`${prefix}.requests_rejected`, ended("rejected"));
  book.set(`${prefix}.requests_failed`, ended("failed"));
  book.set(`${prefix}.requests_timed_out`, ended("timedOut"));
  book.set(`${prefix}.requests_unfinished`, window.open.count);
  book.ratio(`${prefix}.throughput_per_s`, tally.finished, window.measuredS, "the run ended within the warm-up");
  const cutOffCount = ended("timedOut") + window.open.count;
  book.latencies(`${prefix}.latency`, tally.latencyS, {
    batches: tally.latencyBatches,
    cutOffCount,
    percentiles: PERCENTILES,
    reason: NONE_FINISHED,
  });
  book.ratio(`${prefix}.wait_mean_s`, tally.waitS.value, tally.finished, NONE_FINISHED);
  book.ratio(`${prefix}.energy_mean_j_per_request`, tally.energyJ.value, tally.finished, NONE_FINISHED);
  book.ratio(`${prefix}.carbon_mean_g_per_request`, tally.carbonG.value, tally.finished, NONE_FINISHED);
  if (window.slo === undefined) return;
  // A request that is still under way and still young enough is neither met nor missed.
  book.ratio(`${prefix}.slo_attainment`, tally.good, tally.arrived - window.open.young, "no request arrived in the measured window");
}

function windowMetrics(book: MetricBook, prefix: string, stats: ServiceStats, slo: Slo): void {
  const verdicts = windowVerdicts(stats, slo);
  const judged = verdicts.filter((verdict) => verdict !== undefined);
  const violated = judged.filter((met) => !met).length;
  book.ratio(`${prefix}.slo_windows_met`, judged.length - violated, judged.length, "no window had a request");
  book.set(`${prefix}.slo_windows_empty`, verdicts.length - judged.length);
  book.set(`${prefix}.slo_violation_minutes`, (violated * slo.windowS) / S_PER_MIN);
}

/** Of each window in order: did its percentile hold; undefined for a window without requests. */
export function windowVerdicts(stats: ServiceStats, slo: Slo): readonly (boolean | undefined)[] {
  return Array.from({ length: stats.windowCount }, (_, i) => {
    const arrived = stats.windowArrived[i] as number;
    // Nearest rank: the percentile holds when the ceil(p n)-th smallest latency does.
    return arrived === 0 ? undefined : (stats.windowGood[i] as number) >= Math.ceil(slo.percentile * arrived);
  });
}

/** First the whole service, then each class. */
function openRequests({ pool, stats }: Service, endS: number): readonly Open[] {
  const open: Open[] = Array.from({ length: stats.classes.length + 1 }, () => ({ count: 0, young: 0 }));
  for (let slot = 0; slot < pool.slotCount; slot++) {
    const arrivalS = pool.arrivalS[slot] as number;
    if (pool.state[slot] === REQUEST_STATE.free || arrivalS < stats.warmupS) continue;
    const isYoung = stats.slo !== undefined && endS - arrivalS <= stats.slo.latencyS;
    for (const count of [open[0], open[(pool.classIndex[slot] as number) + 1]]) {
      if (count === undefined) continue; // a service without classes
      count.count++;
      if (isYoung) count.young++;
    }
  }
  return open;
}
