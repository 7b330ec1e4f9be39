/** Metrics of one latency-critical service. Names and meanings: docs/metrics.md. */
import type { Request } from "../cluster/request-pool.ts";
import type { RequestService } from "../cluster/request-service.ts";
import { OUTCOME, type RequestTally, type Slo } from "../cluster/service-stats.ts";
import type { RequestUnit, ServiceUnit } from "../world.ts";
import type { MetricBook } from "./book.ts";

const S_PER_MIN = 60;
const PERCENTILES = ["p50", "p90", "p95", "p99", "p999"] as const;
/** What every output says of it. */
export const FLUID = "mode: fluid, no request was an event: queues by formula";
const NONE_FINISHED = "no request of the measured window finished";

/** Requests of the measured window that are still under way, and those of them that could still meet the SLO. */
interface Open {
  count: number;
  young: number;
}

export function serviceMetrics(book: MetricBook, unit: ServiceUnit, endS: number): void {
  const { stats } = unit.service;
  requestMetrics(book, unit, endS);
  if (unit.service.isFluid) remarkFluid(book, `workloads.${unit.name}`);
  book.set(`workloads.${unit.name}.attempts`, stats.attemptCount);
  book.set(`workloads.${unit.name}.oom_restarts`, stats.oomRestarts);
  book.ratio(`workloads.${unit.name}.replicas_mean`, unit.service.set.areaS(endS), endS, "no time passed");
}

/** Where a reader looks first, and where the number means something else. */
function remarkFluid(book: MetricBook, prefix: string): void {
  book.remark(`${prefix}.latency_p99_s`, "mode: fluid, by the law of a queue, not by a sample");
  book.remark(`${prefix}.requests_arrived`, FLUID);
  book.remark(`${prefix}.latency_max_s`, "mode: fluid, the mean of the slowest few");
}

/** What every workload of requests has. */
export function requestMetrics(book: MetricBook, unit: RequestUnit, endS: number): void {
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
  if (stats.slo !== undefined) windowMetrics(book, prefix, sloWindows(service, stats.slo, endS), endS);
  book.ratio(`${prefix}.in_system_mean`, service.areaS(endS), endS, "no time passed");
  book.set(`${prefix}.energy_j`, service.energyJ);
  book.set(`${prefix}.carbon_g`, stats.endedCarbonG + service.openTotals().carbonG);
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
  book.set(`${prefix}.requests_dropped`, ended("dropped"));
  book.set(`${prefix}.requests_unfinished`, window.open.count);
  book.ratio(`${prefix}.throughput_per_s`, tally.finished, window.measuredS, "the run ended within the warm-up");
  const cutOffCount = ended("timedOut") + ended("dropped") + window.open.count;
  book.latencies(`${prefix}.latency`, tally.latencyS, {
    ...(tally.latencyBatches && { batches: tally.latencyBatches }),
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

function windowMetrics(book: MetricBook, prefix: string, windows: readonly SloWindow[], endS: number): void {
  const judged = windows.filter(({ met }) => met !== undefined);
  const violated = judged.filter(({ met }) => !met);
  book.ratio(`${prefix}.slo_windows_met`, judged.length - violated.length, judged.length, "no window had a request");
  book.set(`${prefix}.slo_windows_empty`, windows.length - judged.length);
  const violatedS = violated.reduce((sum, { fromS, toS }) => sum + Math.min(toS, endS) - fromS, 0);
  book.set(`${prefix}.slo_violation_minutes`, violatedS / S_PER_MIN);
}

/** [fromS, toS) of the measured window; the last may reach beyond the end of the run. */
export interface SloWindow {
  readonly fromS: number;
  readonly toS: number;
  /** Did the percentile hold; undefined where no request can be judged. */
  readonly met: boolean | undefined;
}

/** The windows up to the end of the run, in order, those without requests included. */
export function sloWindows({ requests, stats }: RequestService, slo: Slo, endS: number): readonly SloWindow[] {
  const { warmupS, windowArrived, windowGood } = stats;
  const { windowS, percentile } = slo;
  const young = new Map<number, number>(); // may still make it: neither met nor missed
  for (const request of requests.open()) {
    const { arrivalS } = request;
    if (arrivalS < warmupS || !isYoung(request, slo, endS)) continue;
    const window = Math.floor((arrivalS - warmupS) / windowS);
    young.set(window, (young.get(window) ?? 0) + request.count);
  }
  return Array.from({ length: windowCount((endS - warmupS) / windowS) }, (_, i) => {
    const judged = (windowArrived[i] ?? 0) - (young.get(i) ?? 0); // nothing is kept beyond the last arrival's window
    // Nearest rank: the percentile holds when the ceil(p n)-th smallest latency does.
    const met = judged === 0 ? undefined : (windowGood[i] as number) >= Math.ceil(percentile * judged);
    return { fromS: warmupS + i * windowS, toS: warmupS + (i + 1) * windowS, met };
  });
}

/** Windows begun, of `windows` of them in all: a quotient that rounding put just above a whole number begins no other. */
function windowCount(windows: number): number {
  const whole = Math.round(windows);
  return Math.abs(windows - whole) <= 1e-9 * whole ? whole : Math.ceil(windows);
}

/** Under way, and nothing is late yet. */
function isYoung({ arrivalS, sloS, firstTokenS }: Request, { ttftS }: Slo, endS: number): boolean {
  const firstS = Number.isNaN(firstTokenS) ? endS : firstTokenS;
  return endS - arrivalS <= sloS && firstS - arrivalS <= ttftS;
}

/** First the whole service, then each class. */
function openRequests({ requests, stats }: RequestService, endS: number): readonly Open[] {
  const open: Open[] = Array.from({ length: stats.classes.length + 1 }, () => ({ count: 0, young: 0 }));
  for (const request of requests.open()) {
    const { arrivalS, classIndex, tierIndex } = request;
    if (arrivalS < stats.warmupS) continue;
    const canMeet = stats.slo !== undefined && isYoung(request, stats.slo, endS);
    for (const count of [open[0], open[classIndex + 1], tierIndex >= 0 ? open[tierIndex + 1] : undefined]) {
      if (count === undefined) continue; // without classes
      count.count += request.count;
      if (canMeet) count.young += request.count;
    }
  }
  return open;
}
