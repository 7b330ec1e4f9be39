/** What a monitoring stack would collect of the world between two scrapes. */
import type { RequestWatcher } from "./cluster/request-service.ts";
import type { Forecast } from "./energy/signal.ts";
import { GpuScraper } from "./gpu-scraper.ts";
import type { BatchTelemetry, Recorder, ServerTelemetry, Telemetry } from "./ports.ts";
import { ServiceScraper } from "./service-scraper.ts";
import { ModelServing } from "./serving/model-serving.ts";
import type { BatchUnit, RequestUnit, World } from "./world.ts";

export class Scraper implements Recorder {
  readonly #world: World;
  readonly #carbon: Forecast;
  readonly #gpus: GpuScraper;
  readonly #services: ServiceScraper;
  readonly #batchArrived = new Map<string, number>();
  readonly #serverBusyCoreS: number[] = [];
  readonly #seesServers: boolean;
  readonly #batches: readonly BatchUnit[];
  #lastS = 0;

  /** @param workloads those it may see, and nothing else but their GPUs; undefined: all, and servers */
  constructor(world: World, carbon: Forecast, workloads: readonly string[] | undefined) {
    this.#world = world;
    this.#carbon = carbon;
    const sees = (name: string): boolean => workloads?.includes(name) ?? true;
    this.#seesServers = workloads === undefined;
    this.#gpus = new GpuScraper(world, sees);
    this.#services = new ServiceScraper(world, sees);
    this.#batches = world.batches.filter(({ name }) => sees(name));
    world.addRecorder(this);
  }

  requestsOf({ service }: RequestUnit): RequestWatcher | undefined {
    if (service instanceof ModelServing) return this.#gpus.watcherOf(service);
    return this.#services.watcherOf(service);
  }

  /** Samples the world now and starts the next interval. */
  scrape(): Telemetry {
    const { nowS } = this.#world.simulation;
    const intervalS = nowS - this.#lastS;
    this.#lastS = nowS;
    return {
      nowS,
      sampledAtS: nowS,
      workloads: { ...this.#services.scrape(nowS, intervalS), ...this.#scrapeBatches(intervalS) },
      servers: this.#seesServers ? this.#scrapeServers(intervalS) : [],
      gpus: this.#gpus.scrape(intervalS),
      carbon: this.#carbon,
    };
  }

  #scrapeServers(intervalS: number): readonly ServerTelemetry[] {
    return this.#world.servers.map((server) => {
      server.sync();
      const { id, cores, options, meter, isUp: up, powerW, clockHz } = server;
      const { busyCoreS } = meter;
      const busyCores = intervalS > 0 ? (busyCoreS - (this.#serverBusyCoreS[id] ?? 0)) / intervalS : server.usedCores;
      this.#serverBusyCoreS[id] = busyCoreS;
      return { id, name: options.name, up, utilization: busyCores / cores, powerW, clockHz };
    });
  }

  #scrapeBatches(intervalS: number): Record<string, BatchTelemetry> {
    const out: Record<string, BatchTelemetry> = {};
    for (const { name, pool, workload } of this.#batches) {
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
