/** Whether a service can carry its mean load at all. */
import { nominalClockHz, type ServerKindSpec } from "../world/cluster/server-kind.ts";
import type { Findings } from "./findings.ts";
import type { Parts, PluginSpec } from "./parts.ts";
import type { FleetServer, ScenarioSpec, ServiceSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

/** What a workload may run on. */
export interface Ground {
  /** The most replicas that a controller may give the workload; 0 without one that does. */
  readonly replicasMax: number;
  readonly servers: readonly FleetServer[];
  readonly kinds: Readonly<Record<string, ServerKindSpec>>;
  readonly parts: Parts;
}

/**
 * An open-loop service without a queue limit must be able to serve more than its mean load, in cores: rate x mean work against
 * replicas x slots x speed, on the fastest of its servers. A trace that exceeds it only warns.
 */
export function checkLoad(service: ServiceSpec, path: Path, ground: Ground, findings: Findings): void {
  if (service.queueLimit !== undefined) return;
  const rate = ground.parts.meanRate(service.arrivals);
  const workS = meanWorkS(service, ground.parts);
  if (rate.kind === "none" || !Number.isFinite(rate.perS) || !Number.isFinite(workS)) return;
  const needed = rate.perS * workS;
  const capacity = Math.max(service.replicas, ground.replicasMax) * slotsPerReplica(service, ground) * fastestSpeed(ground);
  const isFull = Math.abs(needed - capacity) <= ROUNDING * capacity;
  if (isFull ? rate.kind === "trace" || isClockwork(service) : needed < capacity) return;
  const message = `keep ${round(needed)} cores busy (${round(rate.perS)} req/s x ${round(workS)} s), ${isFull ? "all of" : "more than"} the ${round(capacity)} that replicas x concurrency x speed give: the queue would grow for ever`;
  const hint = "Hint: more replicas, more concurrency, or a queueLimit.";
  if (rate.kind === "law") findings.problem([...path, "arrivals"], message, hint);
  else findings.warn([...path, "arrivals"], message, hint);
}

/** The most replicas that a controller may give a workload; 0 where none adds any. */
export function replicasMaxOf({ controllers }: ScenarioSpec, workload: string, parts: Parts): number {
  const scalers = Object.values(controllers)
    .filter(({ target }) => target.workload === workload)
    .flatMap((controller): readonly PluginSpec[] => [
      controller,
      ...(controller.policy === undefined ? [] : [controller.policy as PluginSpec]),
    ]);
  return scalers.reduce((most, spec) => Math.max(most, parts.controllers.get(spec.kind)?.replicasMax?.(spec as never) ?? 0), 0);
}

const ROUNDING = 1e-12;

/** Without chance nobody waits, not even at full load; with any, the queue has no steady state there. */
function isClockwork({ arrivals, work, classes }: ServiceSpec): boolean {
  const gap = arrivals.gap as PluginSpec | undefined;
  return arrivals.profile === undefined && gap?.kind === "deterministic" && work?.kind === "deterministic" && classes === undefined;
}

function meanWorkS({ work, classes }: ServiceSpec, parts: Parts): number {
  const meanOf = (law: PluginSpec | undefined): number => (law === undefined ? Number.NaN : parts.meanOfLaw(law));
  if (classes === undefined) return meanOf(work);
  return Object.values(classes).reduce((sum, one) => sum + one.share * meanOf(one.work ?? work), 0);
}

/** Requests served at once, each on one core. */
function slotsPerReplica({ discipline, concurrency, limits }: ServiceSpec, { servers, kinds }: Ground): number {
  const cores = servers.reduce((most, { group }) => Math.max(most, (kinds[group.kind] as ServerKindSpec).cores), 0);
  const slots = concurrency ?? (discipline === "fcfs" ? 1 : "unlimited");
  return Math.min(slots === "unlimited" ? cores : slots, limits?.cpu ?? cores, cores);
}

function fastestSpeed({ servers, kinds }: Ground): number {
  const speeds = servers.map(({ group }) => {
    const kind = kinds[group.kind] as ServerKindSpec;
    return kind.speed * ((group.clock ?? nominalClockHz(kind)) / nominalClockHz(kind));
  });
  return speeds.reduce((fastest, speed) => Math.max(fastest, speed), 0);
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
