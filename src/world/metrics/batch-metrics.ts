/** Metrics of one batch workload. Names and meanings: docs/metrics.md. */
import type { BatchUnit } from "../world.ts";
import type { MetricBook } from "./book.ts";

const S_PER_DAY = 86_400;
const PERCENTILES = ["p50", "p90", "p99"] as const;
const NONE_FINISHED = "no job of the measured window finished";

export function batchMetrics(book: MetricBook, { name, workload, pool }: BatchUnit, endS: number): void {
  const { stats, options } = workload;
  const prefix = `workloads.${name}`;
  const unfinished = stats.arrivedMeasured - stats.finishedMeasured;
  book.set(`${prefix}.jobs_arrived`, stats.arrivedMeasured);
  book.set(`${prefix}.jobs_completed`, stats.finishedMeasured);
  book.set(`${prefix}.jobs_unfinished`, unfinished);
  book.latencies(`${prefix}.wait`, stats.waitS, { cutOffCount: unfinished, percentiles: PERCENTILES, reason: NONE_FINISHED });
  book.latencies(`${prefix}.turnaround`, stats.turnaroundS, { cutOffCount: unfinished, percentiles: PERCENTILES, reason: NONE_FINISHED });
  if (options.hasDeadlines) deadlineMetrics(book, prefix, { workload, pool, endS });
  book.set(`${prefix}.restarts`, stats.restarts);
  book.set(`${prefix}.evictions`, stats.evictions);
  book.set(`${prefix}.oom_kills`, stats.oomKills);
  book.set(`${prefix}.placements_refused`, stats.refusals);
  book.set(`${prefix}.work_lost_core_s`, stats.lostWorkCoreS.value);
  if (options.floorPerDay !== undefined)
    floorMetrics(book, prefix, { finishedPerDay: stats.finishedPerDay, floorPerDay: options.floorPerDay, endS });
  book.ratio(`${prefix}.energy_mean_j_per_job`, stats.jobEnergyJ.value, stats.finishedMeasured, NONE_FINISHED);
  book.ratio(`${prefix}.carbon_mean_g_per_job`, stats.jobCarbonG.value, stats.finishedMeasured, NONE_FINISHED);
  const open = openJobs({ workload, pool });
  book.set(`${prefix}.energy_j`, stats.endedEnergyJ.value + open.energyJ);
  book.set(`${prefix}.carbon_g`, stats.endedCarbonG.value + open.carbonG);
}

/** Joules and grams that jobs under way have drawn so far, and what the stretches under way have done. */
export function openJobs({ workload, pool }: Pick<BatchUnit, "workload" | "pool">): {
  energyJ: number;
  carbonG: number;
  workCoreS: number;
} {
  let energyJ = 0;
  let carbonG = 0;
  let workCoreS = 0;
  for (const job of pool.openJobs()) {
    if (job.workload !== workload) continue;
    energyJ += job.energyJ;
    carbonG += job.carbonG;
    if (job.server === undefined) continue;
    energyJ += job.container.phiJ;
    carbonG += job.container.taskCarbonG(job.server.options.intensity.gPerJ);
    workCoreS += (job.workS - job.savedS - job.container.remainingS(job.slot)) * job.cores;
  }
  return { energyJ, carbonG, workCoreS };
}

/** A job that is late is missed, finished or not; one that still has time is left out. */
function deadlineMetrics(book: MetricBook, prefix: string, at: Pick<BatchUnit, "workload" | "pool"> & { endS: number }): void {
  const { stats } = at.workload;
  let missed = stats.deadlinesMissed;
  for (const job of at.pool.openJobs()) {
    if (job.workload === at.workload && job.arrivalS >= stats.warmupS && job.deadlineS < at.endS) missed++;
  }
  book.set(`${prefix}.deadlines_missed`, missed);
  book.ratio(`${prefix}.deadline_attainment`, stats.deadlinesMet, stats.deadlinesMet + missed, "no deadline came due");
}

/** Whole days from `start` only: a part of a day says nothing about a daily floor. */
function floorMetrics(
  book: MetricBook,
  prefix: string,
  at: { finishedPerDay: readonly number[]; floorPerDay: number; endS: number },
): void {
  const days = Math.floor(at.endS / S_PER_DAY);
  let met = 0;
  let shortfall = 0;
  for (let day = 0; day < days; day++) {
    const finished = at.finishedPerDay[day] ?? 0; // a day after the last finish
    if (finished >= at.floorPerDay) met++;
    else shortfall += at.floorPerDay - finished;
  }
  const reason = "the run holds no whole day";
  book.ratio(`${prefix}.floor_days_met`, met, days, reason);
  if (days > 0) book.set(`${prefix}.floor_shortfall_jobs`, shortfall);
  else book.missing(`${prefix}.floor_shortfall_jobs`, reason);
}
