/** What the world shows to controllers and takes from them, and the port faults enter by. */
import type { Rng } from "../kernel/index.ts";
import type { GpuId, JobId, ServerId } from "./base/id.ts";
import type { Job, StretchEnd } from "./cluster/job.ts";
import type { RequestWatcher } from "./cluster/request-service.ts";
import type { Server } from "./cluster/server.ts";
import type { Forecast } from "./energy/signal.ts";
import type { Device } from "./serving/device.ts";
import type { Replica, ReplicaWork } from "./serving/replica-port.ts";
import type { RequestUnit, ServingUnit } from "./world.ts";

/** What a real monitoring stack would show of one workload, over the last scrape interval. */
export type WorkloadTelemetry = ServiceTelemetry | BatchTelemetry;

interface CommonTelemetry {
  /** Arrivals a second, over the scrape interval. */
  readonly arrivalRatePerS: number;
  /** Nearest-rank percentiles of the interval's finished requests, seconds; NaN without any. */
  readonly latencyP50S: number;
  readonly latencyP99S: number;
  /** Requests or jobs that wait now. */
  readonly queued: number;
  readonly running: number;
  /** Busy cores of its containers over the interval, mean. */
  readonly busyCores: number;
}

export interface BatchTelemetry extends CommonTelemetry {
  readonly kind: "batch";
}

export interface ServiceTelemetry extends CommonTelemetry {
  readonly kind: "service";
  /** Latency that its SLO asks for, seconds. */
  readonly sloS: number | undefined;
  /** Requests that ended in the interval, however they did, and those of them answered within the SLO. */
  readonly ended: number;
  readonly good: number;
  /** Replicas that are wanted, and those of them that take requests now. */
  readonly replicas: number;
  readonly readyReplicas: number;
  /** Busy cores of the ready replicas over those that they requested, and over those that they may use; NaN before any time has gone by. */
  readonly cpuUtilization: number;
  readonly cpuLimitUtilization: number;
  /** Most cores that a replica may use. */
  readonly limitCores: number;
  /** Memory of a ready replica, mean, and the most that it may use: Infinity without a limit. */
  readonly memoryB: number;
  readonly limitMemoryB: number;
  /** Replicas killed in the interval because they outgrew their memory. */
  readonly oomRestarts: number;
}

export interface ServerTelemetry {
  readonly id: ServerId;
  readonly name: string;
  readonly up: boolean;
  readonly utilization: number;
  readonly powerW: number;
  readonly clockHz: number;
}

/** A GPU with models on it, over the last scrape interval. */
export interface GpuTelemetry {
  /** Its place in `World.devices`. */
  readonly id: number;
  readonly name: string;
  readonly up: boolean;
  /** In effect, and set: a cap on watts, heat or a fault may stand between the two. */
  readonly clockHz: number;
  readonly setHz: number;
  /**
   * Those that may be set, rising; and how many times as long the model on it that slows down most takes at each as at the greatest, from
   * a profile made beforehand.
   */
  readonly clocksHz: readonly number[];
  readonly slowdowns: readonly number[];
  /** Share of the interval with a batch. */
  readonly busy: number;
  /** Now. */
  readonly powerW: number;
  /** Requests that ended on it in the interval, and those of them answered within the SLO. */
  readonly ended: number;
  readonly good: number;
  /** Nearest-rank percentile of those answered, seconds, NaN without any, and the SLO: of the model on it that is closest to its SLO. */
  readonly latencyP99S: number;
  readonly sloS: number | undefined;
}

/** A sample of the world, as old as `sampledAtS` says. */
export interface Telemetry {
  readonly nowS: number;
  readonly sampledAtS: number;
  readonly workloads: Readonly<Record<string, WorkloadTelemetry>>;
  /** None for a controller that is aimed at one workload. */
  readonly servers: readonly ServerTelemetry[];
  /** Those of the workloads that it may see. */
  readonly gpus: readonly GpuTelemetry[];
  /** Carbon intensity forecast of the target's site, gCO2/kWh; the current value too is a forecast at lead 0. */
  readonly carbon: Forecast;
}

/** What a controller may do. Closed; each may be refused, and a refusal says why. */
export type Action =
  | { readonly kind: "hold"; readonly workload: string } // queued jobs wait, but never past their slack
  | { readonly kind: "release"; readonly workload: string }
  | { readonly kind: "suspend"; readonly workload: string } // running jobs of an interruptible workload return to the queue
  | { readonly kind: "evict"; readonly job: JobId }
  | { readonly kind: "clock"; readonly server: ServerId; readonly clockHz: number }
  | { readonly kind: "gpu-clock"; readonly gpu: number; readonly clockHz: number } // holds after the switch latency of its kind
  | { readonly kind: "replicas"; readonly workload: string; readonly count: number } // those that fit come, those that leave finish first
  | { readonly kind: "limits"; readonly workload: string; readonly cores?: number; readonly memoryB?: number } // of each replica of a service
  | { readonly kind: "sleep"; readonly server: ServerId }
  | { readonly kind: "wake"; readonly server: ServerId };

export interface Refusal {
  readonly action: Action;
  readonly reason: string;
}

/** Decides every `periodS` seconds; may keep state of its own. */
export interface Periodic {
  readonly kind: "periodic";
  readonly periodS: number;
  /** A property, not a method: see cluster/ports.ts. */
  readonly decide: (telemetry: Telemetry, rng: Rng) => readonly Action[];
}

/** The world as faults may touch it. Holds nest: a server is down while any fault holds it down. */
export interface FaultPort {
  readonly targets: readonly FaultTarget<ServerId>[];
  readonly gpus: readonly FaultTarget<GpuId>[];
  crash(server: ServerId, fault: string): void;
  repair(server: ServerId, fault: string): void;
  /** Multiplies the server's speed, unseen by telemetry; 1 restores. */
  slow(server: ServerId, fault: string, factor: number): void;
  /** The GPU is gone, with all that runs on it. */
  loseGpu(gpu: GpuId, fault: string): void;
  restoreGpu(gpu: GpuId, fault: string): void;
  /** Its clock is no higher, whatever is set; undefined restores. */
  limitGpuClock(gpu: GpuId, fault: string, clockHz: number | undefined): void;
  /** Its clock is this one, whatever is set, and orders are accepted all the same; undefined restores. */
  stickGpuClock(gpu: GpuId, fault: string, clockHz: number | undefined): void;
  /** Multiplies the bandwidth of its link to other GPUs; 1 restores. */
  slowGpuLink(gpu: GpuId, fault: string, factor: number): void;
}

/** A server, or a GPU in one. */
export interface FaultTarget<Id> {
  readonly id: Id;
  readonly name: string;
  /** Its own name, or that of the server it is in. */
  readonly server: string;
  readonly site: string;
  readonly row: string | undefined;
  readonly rack: string | undefined;
}

/** What a fault has hold of. */
export type Struck = Server | Device;

/** Hears what happens, and keeps what someone asked for. Never changes anything. */
export interface Recorder {
  /** Asked once for each workload of requests: who hears of those that end, or undefined. */
  requestsOf?(unit: RequestUnit): RequestWatcher | undefined;
  /** A job ran on a server from `job.startS` until now. */
  stretchEnded?(job: Job, server: Server, end: StretchEnd, nowS: number): void;
  jobFinished?(job: Job, server: Server, nowS: number): void;
  powerChanged?(server: Server, nowS: number): void;
  devicePowerChanged?(device: Device, nowS: number): void;
  /** A replica of a model worked from `work.startS` until now. */
  replicaWorked?(event: { readonly unit: ServingUnit; readonly replica: Replica; readonly work: ReplicaWork }, nowS: number): void;
  faultBegan?(fault: string, struck: Struck, nowS: number): void;
  faultEnded?(fault: string, struck: Struck, nowS: number): void;
}
