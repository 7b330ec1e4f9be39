/** What a monitoring stack would collect of the world between two scrapes. */
import { LatencyRecorder } from "../stats/index.ts";
import type { RequestService, RequestWatcher } from "./cluster/request-service.ts";
import { OUTCOME } from "./cluster/service-stats.ts";
import type { Forecast } from "./energy/signal.ts";
import { GpuScraper } from "./gpu-scraper.ts";
import type { Recorder, Telemetry, WorkloadTelemetry } from "./ports.ts";
import { ModelServing } from "./serving/model-serving.ts";
import type { RequestUnit, World } from "./world.ts";

interface Interval {
  readonly latencyS: LatencyRecorder;
  arrived: number;
  busyCoreS: number;
}

export class Scraper implements Recorder {
  readonly #world: World;
  readonly #carbon: Forecast;
  readonly #gpus: GpuScraper;
  readonly #byService = new Map<RequestService, Interval>();
  readonly #batchArrived = new Map<string, number>();
  readonly #serverBusyCoreS: number[] = [];
  readonly #sees: (workload: string) => boolean;
  #lastS = 0;

  /** @param workloads those it may see; undefined: all */
  constructor(world: World, carbon: Forecast, workloads: readonly string[] | undefined) {
    this.#world = world;
    this.#carbon = carbon;
    this.#sees = (name) => workloads?.includes(name) ?? true;
    this.#gpus = new GpuScraper(world, this.#sees);
    for (const { service } of world.services) this.#byService.set(service, { latencyS: new LatencyRecorder(), arrived: 0, busyCoreS: 0 });
    world.addRecorder(this);
  }

  requestsOf({ service }: RequestUnit): RequestWatcher {
    if (service instanceof ModelServing) return this.#gpus.watcherOf(service);
    const { latencyS } = this.#byService.get(service) as Interval;
    return (request, nowS) => {
      if (request.outcome === OUTCOME.finished) latencyS.add(nowS - request.arrivalS);
    };
  }

  /** Samples the world now and starts the next interval. */
  scrape(): Telemetry {
    const { nowS } = this.#world.simulation;
    const intervalS = nowS - this.#lastS;
    this.#lastS = nowS;
    for (const server of this.#world.servers) server.sync();
    return {
      nowS,
      sampledAtS: nowS,
      workloads: { ...this.#services(intervalS), ...this.#batches(intervalS) },
      servers: this.#world.servers.map((server) => {
        const busyCoreS = server.meter.busyCoreS;
        const utilization =
          intervalS > 0 ? (busyCoreS - (this.#serverBusyCoreS[server.id] ?? 0)) / (intervalS * server.cores) : server.utilization;
        this.#serverBusyCoreS[server.id] = busyCoreS;
        return { id: server.id, name: server.options.name, up: server.isUp, utilization, powerW: server.powerW, clockHz: server.clockHz };
      }),
      gpus: this.#gpus.scrape(intervalS),
      carbon: this.#carbon,
    };
  }

  #services(intervalS: number): Record<string, WorkloadTelemetry> {
    const { nowS } = this.#world.simulation;
    const out: Record<string, WorkloadTelemetry> = {};
    for (const { name, service } of this.#world.services.filter((unit) => this.#sees(unit.name))) {
      const interval = this.#byService.get(service) as Interval;
      const busyCoreS = service.replicas.reduce((sum, { container }) => sum + container.busyCoreSAt(nowS), 0);
      out[name] = {
        kind: "service",
        arrivalRatePerS: intervalS > 0 ? (service.stats.arrivedCount - interval.arrived) / intervalS : 0,
        latencyP50S: interval.latencyS.percentile(0.5),
        latencyP99S: interval.latencyS.percentile(0.99),
        queued: service.queuedCount,
        running: service.runningCount,
        busyCores: intervalS > 0 ? (busyCoreS - interval.busyCoreS) / intervalS : 0,
      };
      interval.arrived = service.stats.arrivedCount;
      interval.busyCoreS = busyCoreS;
      interval.latencyS.clear();
    }
    return out;
  }

  #batches(intervalS: number): Record<string, WorkloadTelemetry> {
    const out: Record<string, WorkloadTelemetry> = {};
    for (const { name, pool, workload } of this.#world.batches.filter((unit) => this.#sees(unit.name))) {
      const { arrivedCount, queuedCount, runningCount } = workload.stats;
      let busyCores = 0;
      for (const job of pool.openJobs()) if (job.workload === workload) busyCores += job.container.cores;
      out[name] = {
        kind: "batch",
        arrivalRatePerS: intervalS > 0 ? (arrivedCount - (this.#batchArrived.get(name) ?? 0)) / intervalS : 0,
        latencyP50S: Number.NaN,
        latencyP99S: Number.NaN,
        queued: queuedCount,
        running: runningCount,
        busyCores,
      };
      this.#batchArrived.set(name, arrivedCount);
    }
    return out;
  }
}
