/** Series for the pictures: everything by equal buckets over the whole run. Always on, so that a report changes no byte of a run. */
import { PHASE } from "../kernel/index.ts";
import type { Job, StretchEnd } from "../world/cluster/job.ts";
import type { RequestService, RequestWatcher } from "../world/cluster/request-service.ts";
import type { Server } from "../world/cluster/server.ts";
import { OUTCOME } from "../world/cluster/service-stats.ts";
import { ACCOUNTS, type Account } from "../world/energy/account.ts";
import type { FaultStretch } from "../world/metrics/fault-metrics.ts";
import type { Recorder, Struck } from "../world/ports.ts";
import type { RequestUnit, World } from "../world/world.ts";
import { GpuBuckets } from "./gpu-buckets.ts";
import { histogramOf, LatencyBins } from "./latency-bins.ts";
import { LongestStretches } from "./longest.ts";
import { ModelBuckets } from "./model-buckets.ts";
import type { BatchSeries, RunSeries, ServiceSeries, SiteSeries } from "./result.ts";

const BUCKET_COUNT = 96;
/** Stretches kept for the Gantt picture of one workload. */
const SEGMENTS_KEPT = 2000;

interface ServiceBuckets {
  readonly bins: readonly LatencyBins[];
  readonly arrived: Float64Array;
  readonly failed: Float64Array;
}
interface BatchBuckets {
  readonly inSystemS: Float64Array;
  readonly runningS: Float64Array;
  readonly segments: LongestStretches;
}

export class SeriesRecorder implements Recorder {
  readonly #world: World;
  readonly #warmupS: number;
  readonly #bucketS: number;
  readonly #sites: readonly Omit<SiteSeries, "name">[];
  readonly #utilization: Float32Array;
  readonly #services = new Map<RequestService, ServiceBuckets>();
  readonly #batches = new Map<string, BatchBuckets>();
  readonly #gpus: GpuBuckets;
  /** Of each workload of models, in their order. */
  readonly #models = new Map<RequestService, readonly ModelBuckets[]>();
  readonly #faultKinds: Readonly<Record<string, string>>;
  readonly stretches: FaultStretch[] = [];
  #bucket = 0;
  readonly #before: { energyJ: number[][]; carbonG: number[][]; busyCoreS: number[]; upS: number[] };

  constructor(world: World, options: { warmupS: number; endS: number; faultKinds: Readonly<Record<string, string>> }) {
    this.#world = world;
    this.#warmupS = options.warmupS;
    this.#bucketS = options.endS / BUCKET_COUNT;
    this.#faultKinds = options.faultKinds;
    this.#sites = world.sites.map(() => ({ energyJ: byAccount(), carbonG: byAccount(), intensityGPerKwh: new Float64Array(BUCKET_COUNT) }));
    this.#utilization = new Float32Array(world.servers.length * BUCKET_COUNT);
    this.#before = { energyJ: world.sites.map(() => []), carbonG: world.sites.map(() => []), busyCoreS: [], upS: [] };
    for (const { service } of world.requestUnits) {
      const bins = Array.from({ length: BUCKET_COUNT }, () => new LatencyBins());
      this.#services.set(service, { bins, arrived: new Float64Array(BUCKET_COUNT), failed: new Float64Array(BUCKET_COUNT) });
    }
    const buckets = { bucketCount: BUCKET_COUNT, bucketS: this.#bucketS };
    this.#gpus = new GpuBuckets(world.devices, buckets);
    for (const { name, classNames, service } of world.servings) {
      const models = service.models.map((model, i) => new ModelBuckets({ workload: name, model: classNames[i] as string }, model, buckets));
      this.#models.set(service, models);
    }
    for (const { name } of world.batches) {
      this.#batches.set(name, {
        inSystemS: new Float64Array(BUCKET_COUNT),
        runningS: new Float64Array(BUCKET_COUNT),
        segments: new LongestStretches(SEGMENTS_KEPT),
      });
    }
    world.addRecorder(this);
    for (let i = 1; i <= BUCKET_COUNT; i++) {
      const closeS = i === BUCKET_COUNT ? options.endS : i * this.#bucketS; // rounding must not put the last one past the end
      world.simulation.scheduleAt(closeS, PHASE.sample, () => this.#closeBucket());
    }
  }

  requestsOf({ service }: RequestUnit): RequestWatcher {
    const { arrived, failed, bins } = this.#services.get(service) as ServiceBuckets;
    const models = this.#models.get(service);
    return ({ arrivalS, outcome, classIndex, count }, nowS) => {
      if (models !== undefined) this.#spread((models[classIndex] as ModelBuckets).inSystemS, arrivalS, nowS);
      const bucket = this.#at(arrivalS);
      arrived[bucket] = (arrived[bucket] as number) + count;
      if (outcome === OUTCOME.finished) (bins[bucket] as LatencyBins).add(nowS - arrivalS, count);
      else failed[bucket] = (failed[bucket] as number) + count;
    };
  }

  stretchEnded(job: Job, server: Server, end: StretchEnd, nowS: number): void {
    const buckets = this.#batches.get(job.workload.name) as BatchBuckets;
    this.#spread(buckets.runningS, job.startS, nowS);
    if (!buckets.segments.counts(nowS - job.startS)) return;
    buckets.segments.keep({ job: job.id, server: server.options.name, startS: job.startS, endS: nowS, outcome: end });
  }

  jobFinished(job: Job, _server: Server, nowS: number): void {
    this.#spread((this.#batches.get(job.workload.name) as BatchBuckets).inSystemS, job.arrivalS, nowS);
  }

  faultBegan(fault: string, { options }: Struck, nowS: number): void {
    this.stretches.push({ fault, server: options.name, startS: nowS, endS: Infinity });
  }

  faultEnded(fault: string, { options }: Struck, nowS: number): void {
    const open = this.stretches.findLast(
      (stretch) => stretch.fault === fault && stretch.server === options.name && stretch.endS === Infinity,
    );
    if (open !== undefined) open.endS = nowS;
  }

  /** The series up to now, in buckets that have ended; what is under way is counted up to now too. Call once, at the end. */
  finish(): RunSeries {
    const { nowS } = this.#world.simulation;
    for (const { name, pool, workload } of this.#world.batches) {
      const buckets = this.#batches.get(name) as BatchBuckets;
      for (const job of pool.openJobs()) {
        if (job.workload !== workload) continue;
        this.#spread(buckets.inSystemS, job.arrivalS, nowS);
        if (job.server !== undefined) this.stretchEnded(job, job.server, "running", nowS);
      }
    }
    for (const [{ requests }, models] of this.#models) {
      for (const { arrivalS, classIndex } of requests.open()) this.#spread((models[classIndex] as ModelBuckets).inSystemS, arrivalS, nowS);
    }
    return {
      bucketS: this.#bucketS,
      bucketCount: this.#bucket,
      warmupS: this.#warmupS,
      sites: this.#sites.map((series, i) => ({
        name: this.#world.sites[i]?.options.name as string,
        energyJ: this.#closedAccounts(series.energyJ),
        carbonG: this.#world.sites[i]?.options.noCarbon === undefined ? this.#closedAccounts(series.carbonG) : {},
        intensityGPerKwh: this.#closed(series.intensityGPerKwh),
      })),
      servers: {
        names: this.#world.servers.map(({ options }) => options.name),
        racks: this.#world.servers.map(({ options }) => options.rack ?? options.site),
        utilization: this.#closedUtilization(),
      },
      gpus: this.#gpus.series(this.#bucket),
      models: [...this.#models.values()].flat().map((model) => model.series(this.#bucket)),
      services: this.#world.requestUnits.map(({ name, service }) => this.#serviceSeries(name, service)),
      batches: this.#world.batches.map(({ name }) => this.#batchSeries(name)),
      faults: this.stretches.map((stretch) => ({
        ...stretch,
        kind: this.#faultKinds[stretch.fault] as string,
        endS: Math.min(stretch.endS, nowS),
      })),
    };
  }

  #serviceSeries(name: string, service: RequestService): ServiceSeries {
    const { bins, arrived, failed } = this.#services.get(service) as ServiceBuckets;
    const { requests, stats } = service;
    for (const { arrivalS, count } of requests.open()) {
      const bucket = this.#at(arrivalS);
      arrived[bucket] = (arrived[bucket] as number) + count;
    }
    const { edgesS, counts } = histogramOf(bins.slice(this.#at(this.#warmupS)));
    return {
      name,
      sloLatencyS: stats.slo === undefined || stats.slo.latencyS === Infinity ? null : stats.slo.latencyS,
      requestsArrived: this.#closed(arrived),
      requestsFailed: this.#closed(failed),
      latencyMeanS: this.#closed(Float64Array.from(bins, ({ n, sumS }) => (n === 0 ? Number.NaN : sumS / n))),
      latencyP50S: this.#closed(Float64Array.from(bins, (each) => each.percentile(0.5))),
      latencyP99S: this.#closed(Float64Array.from(bins, (each) => each.percentile(0.99))),
      histogramEdgesS: edgesS,
      histogramCounts: counts,
    };
  }

  #batchSeries(name: string): BatchSeries {
    const { inSystemS, runningS, segments } = this.#batches.get(name) as BatchBuckets;
    return {
      name,
      queued: this.#closed(inSystemS.map((timeS, i) => Math.max(0, timeS - (runningS[i] as number)) / this.#bucketS)),
      running: this.#closed(runningS.map((timeS) => timeS / this.#bucketS)),
      ...segments.result(),
    };
  }

  #closeBucket(): void {
    const bucket = this.#bucket++;
    this.#world.sites.forEach((site, i) => {
      site.close();
      const series = this.#sites[i] as Omit<SiteSeries, "name">;
      series.intensityGPerKwh[bucket] = site.options.carbon.at((bucket + 0.5) * this.#bucketS); // at its end the next hour has begun
      ACCOUNTS.forEach((account, k) => {
        const energyJ = site.closedJ(account);
        const carbonG = site.carbonG[account].value;
        (series.energyJ[account] as Float64Array)[bucket] = energyJ - ((this.#before.energyJ[i] as number[])[k] ?? 0);
        (series.carbonG[account] as Float64Array)[bucket] = carbonG - ((this.#before.carbonG[i] as number[])[k] ?? 0);
        (this.#before.energyJ[i] as number[])[k] = energyJ;
        (this.#before.carbonG[i] as number[])[k] = carbonG;
      });
    });
    this.#gpus.close(bucket);
    for (const model of [...this.#models.values()].flat()) model.close(bucket);
    for (const { id, cores, meter } of this.#world.servers) {
      const busyCoreS = meter.busyCoreS;
      const isUp = meter.upS > (this.#before.upS[id] ?? 0);
      const used = (busyCoreS - (this.#before.busyCoreS[id] ?? 0)) / (this.#bucketS * cores);
      this.#utilization[id * BUCKET_COUNT + bucket] = isUp ? used : Number.NaN;
      this.#before.busyCoreS[id] = busyCoreS;
      this.#before.upS[id] = meter.upS;
    }
  }

  /** An interrupted run has no values for what it did not reach. */
  #closed(values: Float64Array): Float64Array {
    return values.slice(0, this.#bucket);
  }

  #closedAccounts(byAccount: SiteSeries["energyJ"]): SiteSeries["energyJ"] {
    return Object.fromEntries(Object.entries(byAccount).map(([account, values]) => [account, this.#closed(values)]));
  }

  #closedUtilization(): Float32Array {
    const closed = new Float32Array(this.#world.servers.length * this.#bucket);
    for (const { id } of this.#world.servers) {
      closed.set(this.#utilization.subarray(id * BUCKET_COUNT, id * BUCKET_COUNT + this.#bucket), id * this.#bucket);
    }
    return closed;
  }

  #at(timeS: number): number {
    return Math.min(BUCKET_COUNT - 1, Math.floor(timeS / this.#bucketS));
  }

  /** Adds the time between two instants to the buckets it falls in. */
  #spread(buckets: Float64Array, fromS: number, toS: number): void {
    for (let bucket = this.#at(fromS); bucket < BUCKET_COUNT; bucket++) {
      const startS = Math.max(fromS, bucket * this.#bucketS);
      const endS = Math.min(toS, (bucket + 1) * this.#bucketS);
      if (endS <= startS) return;
      buckets[bucket] = (buckets[bucket] as number) + endS - startS;
    }
  }
}

const byAccount = (): Record<Account, Float64Array> =>
  Object.fromEntries(ACCOUNTS.map((account) => [account, new Float64Array(BUCKET_COUNT)])) as Record<Account, Float64Array>;
