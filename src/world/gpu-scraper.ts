/** What a monitoring stack would collect of GPUs between two scrapes. */
import { LatencyRecorder } from "../stats/index.ts";
import type { RequestWatcher } from "./cluster/request-service.ts";
import { OUTCOME } from "./cluster/service-stats.ts";
import type { GpuTelemetry } from "./ports.ts";
import type { Device } from "./serving/device.ts";
import type { ModelServing } from "./serving/model-serving.ts";
import { slowdownsOf } from "./serving/operators.ts";
import type { Replica } from "./serving/replica-port.ts";
import type { World } from "./world.ts";

/** A GPU with its place among the world's, and its interval. */
interface Watched {
  readonly id: number;
  readonly device: Device;
  readonly slowdowns: readonly number[];
  readonly sloS: number | undefined;
  readonly latencyS: LatencyRecorder;
  ended: number;
  good: number;
  busyS: number;
}

export class GpuScraper {
  readonly #watched: Watched[] = [];
  readonly #byDevice = new Map<Device, Watched>();

  /** @param sees of which workloads it sees the GPUs */
  constructor(world: World, sees: (workload: string) => boolean) {
    for (const { name, service } of world.servings)
      if (sees(name)) for (const replica of service.replicas) this.#watch(world, service, replica);
  }

  #watch(world: World, { stats }: ModelServing, { device, model }: Replica): void {
    const watched = {
      id: world.devices.indexOf(device),
      device,
      slowdowns: device.clock.clocksHz.map(slowdownsOf(model.kind, device.options.kind)),
      sloS: stats.slo?.latencyS,
      ...{ latencyS: new LatencyRecorder(), ended: 0, good: 0, busyS: 0 },
    };
    this.#watched.push(watched);
    this.#byDevice.set(device, watched);
  }

  /** Hears of requests that end on a GPU, whatever their end. */
  watcherOf({ replicas }: ModelServing): RequestWatcher {
    return ({ replica, outcome, arrivalS }, nowS) => {
      const device = replicas[replica]?.device; // none where no replica was up
      const watched = device === undefined ? undefined : this.#byDevice.get(device);
      if (watched === undefined) return;
      watched.ended++;
      if (outcome !== OUTCOME.finished) return;
      const latencyS = nowS - arrivalS;
      watched.latencyS.add(latencyS);
      if (watched.sloS !== undefined && latencyS <= watched.sloS) watched.good++;
    };
  }

  /** @param intervalS since the last scrape; 0 at the first, which says how things are */
  scrape(intervalS: number): readonly GpuTelemetry[] {
    return this.#watched.map((watched) => {
      const { id, device, slowdowns, sloS, latencyS, ended, good } = watched;
      device.sync();
      const busyS = device.meter.busyCoreS;
      const busy = intervalS > 0 ? (busyS - watched.busyS) / intervalS : device.isBusy ? 1 : 0;
      const latencyP99S = latencyS.percentile(0.99);
      latencyS.clear();
      Object.assign(watched, { ended: 0, good: 0, busyS });
      return {
        ...{ id, name: device.options.name, up: device.isUp, clockHz: device.clockHz, setHz: device.clock.setHz },
        ...{ clocksHz: device.clock.clocksHz, slowdowns, busy, powerW: device.powerW, ended, good, latencyP99S, sloS },
      };
    });
  }
}
