/** Metrics of one workload of models on GPUs. Names and meanings: docs/metrics.md. */
import type { RequestTally } from "../cluster/service-stats.ts";
import type { Device } from "../serving/device.ts";
import type { ModelServing, ServedModel } from "../serving/model-serving.ts";
import { StepReplica } from "../serving/step-replica.ts";
import { TokenTally } from "../serving/token-tally.ts";
import type { ServingUnit } from "../world.ts";
import type { MetricBook } from "./book.ts";
import { requestMetrics } from "./service-metrics.ts";

const NO_TOKEN = "no token was written";
const NONE_FINISHED = "no request was answered";
const PERCENTILES = ["p50", "p90", "p99"] as const;
const AT_ONCE = "no answer of the measured window came token by token";

export function servingMetrics(book: MetricBook, unit: ServingUnit, endS: number): void {
  const { service, name, classNames } = unit;
  const { stats, models, replicas } = service;
  const prefix = `workloads.${name}`;
  requestMetrics(book, unit, endS);
  const measuredS = endS - stats.warmupS;
  const hasSlo = stats.slo !== undefined;
  const written = new TokenTally();
  let writingJ = 0;
  models.forEach((model, i) => {
    const { tally: own, kind } = model;
    const tally = stats.classes[i] as RequestTally;
    const ownJ = kind.autoregressive ? tally.energyJ.value : 0;
    tokenMetrics(book, `${prefix}.${classNames[i]}`, { tally, written: own, writingJ: ownJ, measuredS, hasSlo });
    boardMetrics(book, `${prefix}.${classNames[i]}`, [model]);
    book.set(`${prefix}.${classNames[i]}.replicas`, model.replicas.length);
    written.merge(own);
    writingJ += ownJ;
  });
  tokenMetrics(book, prefix, { tally: stats.total, written, writingJ, measuredS, hasSlo });
  boardMetrics(book, prefix, models);
  const used = replicas.map(({ usedS }) => usedS);
  const busyS = used.reduce((sum, each) => sum + each.busyS, 0);
  const gpuS = used.reduce((sum, each) => sum + each.gpuS, 0);
  const memberS = used.reduce((sum, each) => sum + each.memberS, 0);
  const gpuCount = replicas.reduce((sum, { devices }) => sum + devices.length, 0);
  book.ratio(`${prefix}.gpu_utilization_mean`, gpuS, gpuCount * endS, "no time passed");
  book.ratio(`${prefix}.batch_size_mean`, memberS, busyS, "no batch began");
  stepMetrics(book, prefix, service);
}

/** Of some models over the whole run: what their GPUs drew, each of them once, over what came of it. */
function boardMetrics(book: MetricBook, prefix: string, models: readonly ServedModel[]): void {
  const writers = models.filter(({ kind }) => kind.autoregressive);
  const sum = (of: readonly ServedModel[], what: "runTokens" | "runFinished"): number => of.reduce((total, each) => total + each[what], 0);
  const drawn = (of: readonly ServedModel[], what: (device: Device) => number): number =>
    [...boardsOf(of)].reduce((total, device) => total + what(device), 0);
  const boardJ = ({ meter }: Device): number => meter.wallJ;
  const finished = sum(models, "runFinished");
  book.ratio(`${prefix}.gpu_energy_mean_j_per_token`, drawn(writers, boardJ), sum(writers, "runTokens"), NO_TOKEN);
  book.ratio(`${prefix}.gpu_energy_mean_j_per_request`, drawn(models, boardJ), finished, NONE_FINISHED);
  book.ratio(
    `${prefix}.gpu_carbon_mean_g_per_request`,
    drawn(models, ({ boardG }) => boardG),
    finished,
    NONE_FINISHED,
  );
}

const boardsOf = (models: readonly ServedModel[]): ReadonlySet<Device> =>
  new Set(models.flatMap(({ replicas }) => replicas.flatMap(({ devices }) => devices)));

function stepMetrics(book: MetricBook, prefix: string, { replicas }: ModelServing): void {
  const byStep = replicas.filter((replica) => replica instanceof StepReplica);
  book.set(
    `${prefix}.preemptions`,
    byStep.reduce((sum, { preemptions }) => sum + preemptions, 0),
  );
  const shares = byStep.map(({ memory }) => memory.mostUsed / memory.blocks);
  if (shares.length === 0) book.missing(`${prefix}.kv_cache_usage_max`, "the engine keeps no KV memory");
  else book.set(`${prefix}.kv_cache_usage_max`, Math.max(...shares));
}

interface Written {
  readonly tally: RequestTally;
  readonly written: TokenTally;
  /** Joules of answered requests to models that write tokens. */
  readonly writingJ: number;
  readonly measuredS: number;
  readonly hasSlo: boolean;
}

function tokenMetrics(book: MetricBook, prefix: string, { tally, written, writingJ, measuredS, hasSlo }: Written): void {
  const { tokens } = written;
  book.set(`${prefix}.output_tokens`, tokens);
  book.ratio(`${prefix}.output_tokens_per_s`, tokens, measuredS, "the run ended within the warm-up");
  book.ratio(`${prefix}.energy_mean_j_per_token`, writingJ, tokens, NO_TOKEN);
  if (hasSlo) book.ratio(`${prefix}.goodput_per_s`, tally.good, measuredS, "the run ended within the warm-up");
  const options = { cutOffCount: 0, percentiles: PERCENTILES, reason: AT_ONCE };
  book.latencies(`${prefix}.ttft`, written.ttftS, options);
  book.latencies(`${prefix}.tpot`, written.tpotS, options);
  book.ratio(`${prefix}.itl_mean_s`, written.gapsS, written.gaps, AT_ONCE);
  if (written.gaps > 0) book.set(`${prefix}.itl_max_s`, written.longestGapS);
  else book.missing(`${prefix}.itl_max_s`, AT_ONCE);
}
