/** Carries out a controller's action, or says why not. */
import { unreachable } from "./base/unreachable.ts";
import type { Action } from "./ports.ts";
import type { BatchUnit, ServiceUnit, World } from "./world.ts";

/** @returns the reason of a refusal, or undefined when the action took effect, all of it. */
export function actuate(world: World, action: Action): string | undefined {
  switch (action.kind) {
    case "hold":
      return withBatch(world, action.workload, ({ pool, workload }) => pool.hold(workload));
    case "release":
      return withBatch(world, action.workload, ({ pool, workload }) => pool.release(workload));
    case "suspend":
      return suspend(world, action.workload);
    case "evict":
      return evict(world, action.job);
    case "clock":
      return setClock(world, action.server, action.clockHz);
    case "gpu-clock":
      return setGpuClock(world, action.gpu, action.clockHz);
    case "replicas":
      return withService(world, action.workload, (unit) => setReplicas(unit, action.count));
    case "limits":
      return withService(world, action.workload, (unit) => setLimits(unit, action));
    case "sleep":
      return world.sleep(action.server);
    case "wake":
      return world.wake(action.server);
    default:
      return unreachable(action);
  }
}

function withBatch(world: World, name: string, act: (unit: BatchUnit) => void): string | undefined {
  const unit = world.batches.find((batch) => batch.name === name);
  if (unit === undefined) return `no batch workload "${name}"`;
  act(unit);
  return undefined;
}

function withService(world: World, name: string, act: (unit: ServiceUnit) => string | undefined): string | undefined {
  const unit = world.services.find((service) => service.name === name);
  return unit === undefined ? `no service "${name}"` : act(unit);
}

/** Replicas for which there is room come, whether all that are asked for do or not. */
function setReplicas({ name, service: { set }, placer }: ServiceUnit, count: number): string | undefined {
  if (!Number.isInteger(count) || count < 1) return `${name} needs a whole number of replicas, at least 1, got ${count}`;
  const more = count - set.wantedCount;
  if (more <= 0) {
    set.drain(-more);
    return undefined;
  }
  const placed = placer.add(more);
  const { cores, memoryB } = set.reserved;
  return placed === more
    ? undefined
    : `only ${placed} of ${more} more replicas of ${name} fit: each needs ${cores} cores and ${memoryB / GIB} GiB on one server`;
}

const GIB = 1_073_741_824;

/** What is promised to a replica, and what it needs with no request in it, it may always use. */
function setLimits({ name, service: { set, options } }: ServiceUnit, limits: Extract<Action, { kind: "limits" }>): string | undefined {
  const { cores = set.limitCores, memoryB = set.memoryLimitB } = limits;
  const leastB = Math.max(set.reserved.memoryB, options.memoryUse.baseB);
  if (!(cores > 0 && cores >= set.reserved.cores))
    return `limits.cpu of ${name} must be at least requests.cpu, ${set.reserved.cores}, got ${cores}`;
  if (!(memoryB >= leastB)) return `limits.memory of ${name} must be at least ${leastB} B, got ${memoryB}`;
  if (limits.cores !== undefined) set.limitCoresTo(cores);
  if (limits.memoryB !== undefined) set.limitMemoryTo(memoryB);
  return undefined;
}

function suspend(world: World, name: string): string | undefined {
  const unit = world.batches.find((batch) => batch.name === name);
  if (unit === undefined) return `no batch workload "${name}"`;
  if (!unit.workload.options.isInterruptible) return `${name} is not interruptible`;
  for (const server of world.servers) {
    if (!unit.pool.has(server)) continue;
    const jobs = unit.pool.jobsOn(server).filter((job) => job.workload === unit.workload);
    for (const job of jobs) unit.pool.stop(job, "suspended");
    if (jobs.length > 0) world.roomMade(server);
  }
  return undefined;
}

function evict(world: World, id: number): string | undefined {
  for (const pool of world.pools) {
    for (const job of pool.openJobs()) {
      if (job.id !== id || job.server === undefined) continue;
      const { server } = job;
      pool.stop(job, "evicted");
      world.roomMade(server);
      return undefined;
    }
  }
  return `job ${id} does not run`;
}

function setClock(world: World, id: number, clockHz: number): string | undefined {
  const server = world.servers[id];
  if (server === undefined) return `no server ${id}`;
  if (!server.options.clocksHz.includes(clockHz)) return `${server.options.kind} has no clock of ${clockHz} Hz`;
  server.setClock(clockHz);
  return undefined;
}

function setGpuClock(world: World, id: number, clockHz: number): string | undefined {
  const device = world.devices[id];
  return device === undefined ? `no GPU ${id}` : device.orderClock(clockHz);
}
