/** What a monitoring stack would collect of GPUs between two scrapes. */
import { LatencyRecorder } from "../stats/index.ts";
import type { RequestWatcher } from "./cluster/request-service.ts";
import { OUTCOME } from "./cluster/service-stats.ts";
import type { GpuTelemetry } from "./ports.ts";
import type { Device } from "./serving/device.ts";
import type { ModelServing, ServedModel } from "./serving/model-serving.ts";
import type { Part } from "./serving/partition.ts";
import type { Replica } from "./serving/replica-port.ts";
import { splitInto, splitOf } from "./serving/shards.ts";
import type { World } from "./world.ts";

/** A model with a stage on a GPU. */
interface Resident {
  readonly sloS: number | undefined;
  readonly latencyS: LatencyRecorder;
}

/** A GPU with its place among the world's, and its interval. */
interface Watched {
  readonly id: number;
  readonly device: Device;
  /** Of the resident that slows down most, at each clock. */
  readonly slowdowns: number[];
  readonly residents: Map<ServedModel, Resident>;
  ended: number;
  good: number;
  busyS: number;
}

export class GpuScraper {
  readonly #byDevice = new Map<Device, Watched>();

  /** @param sees of which workloads it sees the GPUs */
  constructor(world: World, sees: (workload: string) => boolean) {
    for (const { name, service } of world.servings) {
      if (!sees(name)) continue;
      for (const replica of service.replicas) this.#watch(world, service, replica);
    }
  }

  #watch(world: World, { options, stats, models }: ModelServing, { model, devices }: Replica): void {
    const sloS = stats.slo === undefined ? undefined : stats.sloLatencyS(models.indexOf(model));
    const parts = splitInto(splitOf(options.engine), model.kind, (devices[0] as Device).options.kind, devices.length);
    for (const [stage, device] of devices.entries()) {
      const { slowdowns, residents } = this.#byDevice.get(device) ?? this.#add(world, device);
      residents.set(model, { sloS, latencyS: new LatencyRecorder() });
      const { slowdownAt } = parts[stage] as Part;
      for (const [i, hz] of device.clock.clocksHz.entries()) slowdowns[i] = Math.max(slowdowns[i] as number, slowdownAt(hz));
    }
  }

  #add(world: World, device: Device): Watched {
    const slowdowns = device.clock.clocksHz.map(() => 0);
    const added = { id: world.devices.indexOf(device), device, slowdowns, residents: new Map(), ended: 0, good: 0, busyS: 0 };
    this.#byDevice.set(device, added);
    return added;
  }

  /** Hears of requests that end on a GPU, whatever their end. */
  watcherOf({ replicas, stats }: ModelServing): RequestWatcher {
    return (request, nowS) => {
      const { replica, outcome, arrivalS } = request;
      const at = replicas[replica]; // none where no replica was up
      for (const device of at?.devices ?? []) {
        const watched = this.#byDevice.get(device);
        const resident = watched?.residents.get(at?.model as ServedModel);
        if (watched === undefined || resident === undefined) continue;
        watched.ended++;
        if (outcome !== OUTCOME.finished) continue;
        const latencyS = nowS - arrivalS;
        resident.latencyS.add(latencyS);
        if (stats.isGood(request, latencyS)) watched.good++;
      }
    };
  }

  /** @param intervalS since the last scrape; 0 at the first, which says how things are */
  scrape(intervalS: number): readonly GpuTelemetry[] {
    return [...this.#byDevice.values()].map((watched) => {
      const { id, device, slowdowns, residents, ended, good } = watched;
      device.sync();
      const busyS = device.meter.busyCoreS;
      const busy = intervalS > 0 ? (busyS - watched.busyS) / intervalS : device.isBusy ? 1 : 0;
      const tightest = tightestOf([...residents.values()]);
      Object.assign(watched, { ended: 0, good: 0, busyS });
      return {
        ...{ id, name: device.options.name, up: device.isUp, clockHz: device.clockHz, setHz: device.clock.setHz },
        ...{ clocksHz: device.clock.clocksHz, slowdowns, busy, powerW: device.powerW, ended, good, ...tightest },
      };
    });
  }
}

/** Of the resident whose latency is the greatest share of its SLO; without SLOs the greatest latency, without any the least SLO. */
function tightestOf(residents: readonly Resident[]): Pick<GpuTelemetry, "latencyP99S" | "sloS"> {
  let tightest = { latencyP99S: Number.NaN, sloS: undefined as number | undefined, share: Number.NaN };
  for (const { sloS, latencyS } of residents) {
    const latencyP99S = latencyS.percentile(0.99);
    latencyS.clear();
    // Without an answer in the interval: behind all that have one.
    const share = Number.isNaN(latencyP99S) ? -(sloS ?? Infinity) : latencyP99S / (sloS ?? 1);
    if (!(share <= tightest.share)) tightest = { latencyP99S, sloS, share };
  }
  return { latencyP99S: tightest.latencyP99S, sloS: tightest.sloS };
}
