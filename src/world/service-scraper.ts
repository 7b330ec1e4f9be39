/** What a monitoring stack would collect of services between two scrapes. */
import { CountedRecorder, LatencyRecorder } from "../stats/index.ts";
import type { Replica } from "./cluster/replica.ts";
import type { ReplicatedService, RequestService, RequestWatcher } from "./cluster/request-service.ts";
import { OUTCOME } from "./cluster/service-stats.ts";
import type { ServiceTelemetry } from "./ports.ts";
import type { ServiceUnit, World } from "./world.ts";

/** Of an interval. */
interface Latencies {
  add(latencyS: number, count: number): void;
  percentile(p: number): number;
  clear(): void;
}

/** A service with its interval. */
interface Watched {
  readonly latencyS: Latencies;
  arrived: number;
  ended: number;
  good: number;
  busyCoreS: number;
  oomRestarts: number;
  /** Of each replica that was there at the last scrape. */
  readonly busyCoreSOf: Map<Replica, number>;
}

export class ServiceScraper {
  readonly #units: readonly ServiceUnit[];
  readonly #watched = new Map<ReplicatedService, Watched>();

  /** @param sees of which workloads */
  constructor(world: World, sees: (workload: string) => boolean) {
    this.#units = world.services.filter(({ name }) => sees(name));
    for (const { service } of this.#units) {
      const watched = {
        latencyS: service.isFluid ? new CountedRecorder() : new LatencyRecorder(),
        arrived: 0,
        ended: 0,
        good: 0,
        busyCoreS: 0,
        oomRestarts: 0,
        busyCoreSOf: new Map(),
      };
      this.#watched.set(service, watched);
    }
  }

  /** Hears of requests that end, or undefined for a service that it does not see. */
  watcherOf(service: RequestService): RequestWatcher | undefined {
    const watched = this.#watched.get(service as ReplicatedService);
    if (watched === undefined) return undefined;
    return (request, nowS) => {
      const { count } = request;
      watched.ended += count;
      if (request.outcome !== OUTCOME.finished) return;
      const latencyS = nowS - request.arrivalS;
      watched.latencyS.add(latencyS, count);
      if (latencyS <= request.sloS) watched.good += count;
    };
  }

  /** @param intervalS since the last scrape; 0 at the first */
  scrape(nowS: number, intervalS: number): Record<string, ServiceTelemetry> {
    const out: Record<string, ServiceTelemetry> = {};
    for (const { name, service } of this.#units) out[name] = this.#one(service, nowS, intervalS);
    return out;
  }

  #one(service: ReplicatedService, nowS: number, intervalS: number): ServiceTelemetry {
    const watched = this.#watched.get(service) as Watched;
    const { set, stats } = service;
    service.catchUp();
    const busyCoreS = set.busyCoreS(nowS);
    const perS = (amount: number): number => (intervalS > 0 ? amount / intervalS : 0);
    const telemetry: ServiceTelemetry = {
      kind: "service",
      arrivalRatePerS: perS(stats.arrivedCount - watched.arrived),
      latencyP50S: watched.latencyS.percentile(0.5),
      latencyP99S: watched.latencyS.percentile(0.99),
      queued: service.queuedCount,
      running: service.runningCount,
      busyCores: perS(busyCoreS - watched.busyCoreS),
      sloS: stats.slo?.latencyS,
      ended: watched.ended,
      good: watched.good,
      replicas: set.wantedCount,
      readyReplicas: set.up.length,
      ...usage(service, { nowS, intervalS, busyCoreSOf: watched.busyCoreSOf }),
      limitCores: set.present.reduce((most, { container }) => Math.max(most, container.capCores), 0),
      limitMemoryB: set.memoryLimitB,
      oomRestarts: stats.oomRestarts - watched.oomRestarts,
    };
    startOver(watched, service, nowS);
    watched.busyCoreS = busyCoreS;
    return telemetry;
  }
}

/** Begins the next interval. */
function startOver(watched: Watched, { set, stats }: ReplicatedService, nowS: number): void {
  watched.arrived = stats.arrivedCount;
  watched.ended = 0;
  watched.good = 0;
  watched.oomRestarts = stats.oomRestarts;
  watched.latencyS.clear();
  watched.busyCoreSOf.clear();
  for (const replica of set.present) watched.busyCoreSOf.set(replica, replica.container.busyCoreSAt(nowS));
}

type Usage = Pick<ServiceTelemetry, "cpuUtilization" | "cpuLimitUtilization" | "memoryB">;

/** Of the replicas that take requests, each over as much of the interval as it was ready. */
function usage(
  { set }: ReplicatedService,
  {
    nowS,
    intervalS,
    busyCoreSOf,
  }: { readonly nowS: number; readonly intervalS: number; readonly busyCoreSOf: ReadonlyMap<Replica, number> },
): Usage {
  let busyCoreS = 0;
  let requestedCoreS = 0;
  let limitCoreS = 0;
  let memoryB = 0;
  for (const replica of set.up) {
    const readyS = Math.min(intervalS, nowS - replica.readySinceS);
    busyCoreS += replica.container.busyCoreSAt(nowS) - (busyCoreSOf.get(replica) ?? 0);
    requestedCoreS += readyS * set.reserved.cores;
    limitCoreS += readyS * replica.container.capCores;
    memoryB += replica.memoryB;
  }
  return {
    cpuUtilization: busyCoreS / requestedCoreS,
    cpuLimitUtilization: busyCoreS / limitCoreS,
    memoryB: memoryB / set.up.length,
  };
}
