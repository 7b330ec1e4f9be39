/** The cloud: sites, servers, services and batch jobs on one clock. It runs what it is handed and knows no policy. */
import { type EventId, NO_EVENT, PHASE, type Simulation } from "../kernel/index.ts";
import type { GpuId, ServerId } from "./base/id.ts";
import type { BatchListener, BatchPool } from "./cluster/batch-pool.ts";
import type { BatchWorkload } from "./cluster/batch-workload.ts";
import type { Job, StretchEnd } from "./cluster/job.ts";
import type { Replica } from "./cluster/replica.ts";
import type { ReplicaPlacer } from "./cluster/replica-placer.ts";
import type { ReplicatedService, RequestService } from "./cluster/request-service.ts";
import type { Server } from "./cluster/server.ts";
import type { ServerState } from "./cluster/server-options.ts";
import type { Site } from "./cluster/site.ts";
import type { FaultPort, FaultTarget, Recorder } from "./ports.ts";
import type { Device } from "./serving/device.ts";
import type { ModelServing } from "./serving/model-serving.ts";

/** Priority ranks of workloads; memory pressure kills the lowest first. */
export const PRIORITY_RANK = { critical: 2, normal: 1, "best-effort": 0 } as const;

/** A workload of requests. */
export interface RequestUnit {
  readonly name: string;
  readonly tenant: string | undefined;
  /** Why its grams are unknown: a site that it may use does not say what its grid emits. */
  readonly noCarbon: string | undefined;
  /** In declared order: classes of a service, empty without; models. */
  readonly classNames: readonly string[];
  readonly service: RequestService;
}

export interface ServiceUnit extends RequestUnit {
  readonly rank: number;
  readonly service: ReplicatedService;
  /** Finds room for its replicas. */
  readonly placer: ReplicaPlacer;
}

export interface ServingUnit extends RequestUnit {
  readonly service: ModelServing;
}

export interface BatchUnit {
  readonly name: string;
  readonly tenant: string | undefined;
  /** As of a service. */
  readonly noCarbon: string | undefined;
  readonly workload: BatchWorkload;
  readonly pool: BatchPool;
}

export class World implements FaultPort, BatchListener {
  readonly simulation: Simulation;
  readonly servers: Server[] = [];
  /** GPUs, in order of their servers. */
  readonly devices: Device[] = [];
  readonly sites: Site[] = [];
  readonly services: ServiceUnit[] = [];
  readonly servings: ServingUnit[] = [];
  readonly batches: BatchUnit[] = [];
  readonly pools: BatchPool[] = [];
  readonly #recorders: Recorder[] = [];
  /** Faults that hold each server down, and those that slow it, by server id. */
  readonly #downBy: Set<string>[] = [];
  readonly #slowBy: Map<string, number>[] = [];
  /** Servers asked to sleep stay asleep when a fault on them ends. */
  readonly #sleeping = new Set<Server>();
  readonly #boots = new Map<Server, EventId>();
  /** Servers on which something is being killed for its memory. */
  readonly #reclaiming = new Set<Server>();

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  addServer(server: Server, site: Site): void {
    this.servers.push(server);
    site.addServer(server);
    this.#downBy.push(new Set());
    this.#slowBy.push(new Map());
  }

  addDevice(device: Device, site: Site): void {
    this.devices.push(device);
    site.metered.push(device);
  }

  /** Brings all meters and counts up to now: for the books at the end of a run. */
  finalize(): void {
    for (const { service } of this.services) service.finalize();
    for (const server of this.servers) server.finalize();
    for (const site of this.sites) site.close();
  }

  /** Services and servers that come later are not heard. */
  addRecorder(recorder: Recorder): void {
    this.#recorders.push(recorder);
    for (const unit of this.requestUnits) {
      const watcher = recorder.requestsOf?.(unit);
      if (watcher !== undefined) unit.service.watchers.push(watcher);
    }
    if (recorder.powerChanged !== undefined) {
      for (const server of this.servers) server.listener = () => this.#tell((each, nowS) => each.powerChanged?.(server, nowS));
    }
    if (recorder.devicePowerChanged !== undefined) {
      for (const device of this.devices) device.listener = () => this.#tell((each, nowS) => each.devicePowerChanged?.(device, nowS));
    }
    if (recorder.replicaWorked !== undefined) {
      for (const unit of this.servings)
        for (const replica of unit.service.replicas)
          replica.watcher = (work) => this.#tell((each, nowS) => each.replicaWorked?.({ unit, replica, work }, nowS));
    }
  }

  #tell(of: (recorder: Recorder, nowS: number) => void): void {
    for (const recorder of this.#recorders) of(recorder, this.simulation.nowS);
  }

  /** All that answer requests: services, then models. */
  get requestUnits(): readonly RequestUnit[] {
    return [...this.services, ...this.servings];
  }

  get targets(): readonly FaultTarget<ServerId>[] {
    return this.servers.map((server) => ({ id: server.id, name: server.options.name, ...placeOf(server) }));
  }

  get gpus(): readonly FaultTarget<GpuId>[] {
    return this.devices.map(({ options, server }, id) => ({ id: id as GpuId, name: options.name, ...placeOf(server) }));
  }

  stretchEnded(job: Job, server: Server, end: StretchEnd): void {
    this.#tell((each, nowS) => each.stretchEnded?.(job, server, end, nowS));
  }

  jobFinished(job: Job, server: Server): void {
    this.#tell((each, nowS) => each.jobFinished?.(job, server, nowS));
  }

  freeChanged(server: Server): void {
    for (const pool of this.pools) if (pool.has(server)) pool.refresh(server);
  }

  roomChanged(server: Server): void {
    this.freeChanged(server);
    this.roomMade(server);
  }

  /** Several jobs that end at one instant all leave before anyone gets their room. */
  roomMade(server: Server): void {
    if (server.leavingJobCount > 0) return;
    for (const pool of this.pools) if (pool.has(server)) pool.dispatch(server);
  }

  /**
   * The kernel of a server without memory kills the lowest priority first; among equals the youngest job, then the fullest
   * replica. Whoever starts in the room this makes may be too much again: a loop, for a line of them may be long.
   */
  memoryExceeded(server: Server): void {
    if (this.#reclaiming.has(server)) return;
    this.#reclaiming.add(server);
    const { memoryB } = server.options;
    while (server.usedMemoryB > memoryB && this.#killOne(server)) if (server.usedMemoryB <= memoryB) this.roomMade(server);
    this.#reclaiming.delete(server);
  }

  #killOne(server: Server): boolean {
    let job: { pool: BatchPool; job: Job } | undefined;
    for (const pool of this.pools) {
      for (const each of pool.jobsOn(server)) if (job === undefined || isKilledBefore(each, job.job)) job = { pool, job: each };
    }
    const worst = this.#worstReplica(server);
    if (job !== undefined && (worst === undefined || job.job.priority <= worst.rank)) job.pool.stop(job.job, "oom");
    else worst?.service.set.kill(worst.replica);
    return job !== undefined || worst !== undefined;
  }

  #worstReplica(server: Server): { service: ReplicatedService; replica: Replica; rank: number } | undefined {
    let worst: { service: ReplicatedService; replica: Replica; rank: number } | undefined;
    for (const { service, rank } of this.services) {
      for (const replica of service.replicas) {
        if (replica.server !== server || replica.memoryB === 0) continue;
        if (worst === undefined || rank < worst.rank || (rank === worst.rank && replica.memoryB > worst.replica.memoryB))
          worst = { service, replica, rank };
      }
    }
    return worst;
  }

  crash(id: ServerId, fault: string): void {
    const server = this.#server(id);
    const holds = this.#downBy[id] as Set<string>;
    holds.add(fault);
    this.#tell((each, nowS) => each.faultBegan?.(fault, server, nowS));
    if (holds.size === 1) this.#takeDown(server, "down");
  }

  repair(id: ServerId, fault: string): void {
    const server = this.#server(id);
    const holds = this.#downBy[id] as Set<string>;
    if (!holds.delete(fault)) throw new Error(`fault ${fault} does not hold ${server.options.name} down`);
    this.#tell((each, nowS) => each.faultEnded?.(fault, server, nowS));
    if (holds.size > 0) return;
    if (this.#sleeping.has(server)) this.#setState(server, "asleep");
    else this.#boot(server, server.options.boot.timeS);
  }

  slow(id: ServerId, fault: string, factor: number): void {
    const server = this.#server(id);
    const factors = this.#slowBy[id] as Map<string, number>;
    if (factor === 1) factors.delete(fault);
    else factors.set(fault, factor);
    this.#tell((each, nowS) => (factor === 1 ? each.faultEnded?.(fault, server, nowS) : each.faultBegan?.(fault, server, nowS)));
    server.setSlowFactor([...factors.values()].reduce((product, each) => product * each, 1));
  }

  loseGpu(id: GpuId, fault: string): void {
    const device = this.#began(id, fault);
    device.lose(fault, () => {
      for (const { service } of this.servings) service.devicesLost([device]);
    });
  }

  restoreGpu(id: GpuId, fault: string): void {
    this.#ended(id, fault).restore(fault);
  }

  limitGpuClock(id: GpuId, fault: string, clockHz: number | undefined): void {
    const device = clockHz === undefined ? this.#ended(id, fault) : this.#began(id, fault);
    device.clock.limit(fault, clockHz);
  }

  stickGpuClock(id: GpuId, fault: string, clockHz: number | undefined): void {
    const device = clockHz === undefined ? this.#ended(id, fault) : this.#began(id, fault);
    device.clock.stick(fault, clockHz);
  }

  slowGpuLink(id: GpuId, fault: string, factor: number): void {
    const device = factor === 1 ? this.#ended(id, fault) : this.#began(id, fault);
    device.slowLink(fault, factor);
  }

  /** A fault has hold of a GPU. */
  #began(id: GpuId, fault: string): Device {
    const device = this.#device(id);
    for (const recorder of this.#recorders) recorder.faultBegan?.(fault, device, this.simulation.nowS);
    return device;
  }

  #ended(id: GpuId, fault: string): Device {
    const device = this.#device(id);
    for (const recorder of this.#recorders) recorder.faultEnded?.(fault, device, this.simulation.nowS);
    return device;
  }

  /** Puts a server to sleep, if its kind can and nothing is placed on it. Returns why not, or undefined. */
  sleep(id: ServerId): string | undefined {
    const server = this.#server(id);
    if (server.options.sleep === undefined) return `${server.options.kind} has no sleep state`;
    if (!server.isUp) return `${server.options.name} is ${server.state}`;
    if (server.containers.length > 0) return `${server.options.name} holds ${server.containers.length} containers`;
    this.#sleeping.add(server);
    this.#takeDown(server, "asleep");
    return undefined;
  }

  wake(id: ServerId): string | undefined {
    const server = this.#server(id);
    if (server.state !== "asleep" || server.options.sleep === undefined) return `${server.options.name} is ${server.state}, not asleep`;
    this.#sleeping.delete(server);
    this.#boot(server, server.options.sleep.wakeS);
    return undefined;
  }

  #server(id: ServerId): Server {
    const server = this.servers[id];
    if (server === undefined) throw new Error(`no server ${id}`);
    return server;
  }

  #device(id: GpuId): Device {
    const device = this.devices[id];
    if (device === undefined) throw new Error(`no GPU ${id}`);
    return device;
  }

  /** A server with all that is in it. */
  #setState(server: Server, state: ServerState, empty?: () => void): void {
    server.setState(state, empty);
    for (const device of this.devices) if (device.server === server) device.serverChanged();
  }

  #takeDown(server: Server, state: "down" | "asleep"): void {
    this.simulation.cancel(this.#boots.get(server) ?? NO_EVENT);
    const lost: { pool: BatchPool; jobs: readonly Job[] }[] = [];
    const devices = this.devices.filter((device) => device.server === server);
    this.#setState(server, state, () => {
      for (const { service } of this.services) {
        const replicas = service.replicas.filter((replica) => replica.server === server);
        if (replicas.length > 0) service.set.refresh(); // before anything fails: a retry must not find a dead replica
        for (const replica of replicas) service.replicaLost(replica);
      }
      for (const { service } of this.servings) service.devicesLost(devices);
      for (const pool of this.pools) if (pool.has(server)) lost.push({ pool, jobs: pool.evacuate(server) });
    });
    this.freeChanged(server);
    for (const { pool, jobs } of lost) pool.retry(jobs);
  }

  #boot(server: Server, timeS: number): void {
    if (timeS === 0) {
      this.#up(server);
      return;
    }
    this.#setState(server, "booting");
    this.#boots.set(
      server,
      this.simulation.schedule(timeS, PHASE.fault, () => this.#up(server)),
    );
  }

  #up(server: Server): void {
    this.#setState(server, "up");
    for (const { service } of this.services) {
      for (const replica of service.replicas) if (replica.server === server) service.set.back(replica);
    }
    this.freeChanged(server);
    this.roomMade(server);
  }
}

function placeOf({ options }: Server): { server: string; site: string; row: string | undefined; rack: string | undefined } {
  const { name, site, row, rack } = options;
  return { server: name, site, row, rack };
}

function isKilledBefore(job: Job, other: Job): boolean {
  const rank = job.priority - other.priority;
  return rank < 0 || (rank === 0 && (job.startS > other.startS || (job.startS === other.startS && job.id > other.id)));
}
