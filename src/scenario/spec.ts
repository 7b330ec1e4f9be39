/** A loaded scenario: plain data in base units (s, B, W, Hz, J, g), names in the order of the file. Crosses threads as it is. */
import type { ServerKindSpec } from "../world/cluster/server-kind.ts";
import type { EngineSpec } from "../world/serving/engines.ts";
import type { GpuKindSpec } from "../world/serving/gpu-kind.ts";
import type { ModelKindSpec } from "../world/serving/model-kind.ts";
import type { PlannedReplica } from "../world/serving/placement/plan.ts";
import type { Placement } from "../world/serving/spec.ts";
import type { Trace } from "../world/workload/index.ts";
import type { PluginSpec } from "./parts.ts";

export interface ScenarioSpec {
  readonly name: string;
  readonly seed?: number;
  readonly start?: { readonly text: string; readonly epochS: number };
  readonly duration: number;
  readonly warmup: number | "auto";
  readonly precision?: PrecisionSpec;
  readonly sites: Readonly<Record<string, SiteSpec>>;
  /** Every server kind that a group names, by the key that the groups carry. */
  readonly serverKinds: Readonly<Record<string, ServerKindSpec<PluginSpec>>>;
  /** Likewise of GPUs. */
  readonly gpuKinds: Readonly<Record<string, GpuKindSpec>>;
  /** Of models. */
  readonly modelKinds: Readonly<Record<string, ModelKindSpec>>;
  readonly workloads: Readonly<Record<string, WorkloadSpec>>;
  /** Of every workload of models, by its name. */
  readonly plans: Readonly<Record<string, ServingPlan>>;
  readonly controllers: Readonly<Record<string, ControllerSpec>>;
  readonly faults: Readonly<Record<string, FaultSpec>>;
  readonly expect: readonly ExpectSpec[];
  readonly record: RecordSpec;
}

/** Replications are added until the 95 % interval of the metric's mean is this narrow. */
export interface PrecisionSpec {
  readonly metric: string;
  /** In (0, 1). */
  readonly relative: number;
  /** At least 10. */
  readonly maxRuns: number;
}

export interface SiteSpec {
  readonly pue?: unknown;
  readonly carbon?: unknown;
  readonly psu?: unknown;
  readonly rows: Readonly<Record<string, object>>;
  readonly racks: Readonly<Record<string, RackSpec>>;
  /** Servers that stand in no rack. */
  readonly servers: readonly ServerGroupSpec[];
}
export interface RackSpec {
  readonly row?: string;
  readonly count: number;
  readonly servers: readonly ServerGroupSpec[];
}
export interface ServerGroupSpec {
  /** A key of `serverKinds`. */
  readonly kind: string;
  readonly count: number;
  readonly clock?: number;
  /** In each server of the group. */
  readonly gpus?: GpuGroupSpec;
}
export interface GpuGroupSpec {
  /** A key of `gpuKinds`. */
  readonly kind: string;
  readonly count: number;
  readonly clock?: number;
  /** The most that each board may draw. */
  readonly powerCap?: number;
}

export type WorkloadSpec = ServiceSpec | BatchSpec | ServingSpec;
type Priority = "critical" | "normal" | "best-effort";
interface WorkloadCommon {
  readonly tenant?: string;
  readonly sites?: readonly string[];
}
export interface ServiceSpec extends WorkloadCommon {
  readonly kind: "service";
  /** Absent only where a trace's `work_s` column says it. */
  readonly work?: PluginSpec;
  readonly priority: Priority;
  readonly arrivals: PluginSpec;
  readonly classes?: Readonly<Record<string, ClassSpec>>;
  readonly replicas: number;
  readonly concurrency?: number | "unlimited";
  readonly discipline: "fcfs" | "ps";
  readonly queueLimit?: number;
  readonly resilience?: { readonly timeout?: number; readonly attempts: number; readonly backoff: number };
  readonly weight: number;
  readonly slo?: SloSpec;
  readonly mode: "events" | "fluid";
  readonly interval?: number;
  readonly requests?: { readonly cpu?: number; readonly memory?: number };
  readonly limits?: { readonly cpu?: number; readonly memory?: number };
  readonly memoryUse?: { readonly base: number; readonly perRequest: number };
  readonly startup: number;
  readonly restart: number;
}
/** Interval of a fluid service that names none: as often as controllers look by default. */
export const FLUID_INTERVAL_S = 15;
export interface SloSpec {
  readonly latency: number;
  readonly percentile: number;
  readonly window: number;
}
/** At least one of the times. */
export interface ServingSloSpec extends Omit<SloSpec, "latency"> {
  readonly latency?: number;
  /** Times the mean latency of each model alone. */
  readonly scale?: number;
  readonly ttft?: number;
  readonly tpot?: number;
}
/** Does it say how long an answer may take? */
export const boundsLatency = (slo: ServingSloSpec | undefined): boolean => slo?.latency !== undefined || slo?.scale !== undefined;
/** What is worked out when the scenario is loaded. */
export interface ServingPlan {
  readonly replicas: readonly PlannedReplica[];
  /** What each model's requests may take, where the SLO says a scale. */
  readonly sloLatenciesS?: readonly number[];
}
export interface ServingSpec extends WorkloadCommon {
  readonly kind: "model-serving";
  readonly arrivals: PluginSpec;
  /** Models write tokens; they have no work. */
  readonly work?: never;
  /** Absent only where a trace's `output_tokens` column says it, or where no model writes tokens. */
  readonly outputTokens?: PluginSpec;
  /** Absent only where a trace's `prompt_tokens` column says it, or where no prompt takes time. */
  readonly promptTokens?: PluginSpec;
  /** What a predictor that is trained sees of a request. */
  readonly prompts?: PluginSpec;
  readonly models: Readonly<Record<string, ServedModelSpec>>;
  readonly classes?: Readonly<Record<string, ClassSpec>>;
  readonly engine: EngineSpec;
  readonly placement: Placement;
  readonly queueLimit?: number;
  readonly slo?: ServingSloSpec;
}
export interface ServedModelSpec {
  /** A key of `modelKinds`. */
  readonly kind: string;
  readonly replicas: number;
  readonly parallel: number;
  readonly share?: number;
}
export interface ClassSpec {
  readonly share: number;
  readonly priority: number;
  readonly slo?: { readonly latency: number };
  readonly work?: PluginSpec;
}
export interface BatchSpec extends WorkloadCommon {
  readonly kind: "batch";
  /** As of a service. */
  readonly work?: PluginSpec;
  readonly priority: Priority;
  readonly arrivals?: PluginSpec;
  readonly jobs?: number;
  readonly cores: number;
  readonly memory: number;
  readonly deadline?: number;
  readonly slack?: number;
  readonly checkpointEvery?: number;
  readonly floor?: number;
  readonly interruptible: boolean;
  readonly preempts: boolean;
  readonly backfill: boolean;
  readonly weight?: number;
}

export interface ControllerSpec extends PluginSpec {
  readonly target: Readonly<Partial<Record<"workload" | "site" | "row" | "rack" | "server", string>>>;
  readonly oracle: readonly ("work" | "carbon")[];
  readonly period?: number;
  readonly telemetry?: { readonly scrape: number; readonly delay: number; readonly loss: number };
  /** From a decision to its effect. */
  readonly actuationDelay: number;
}
export interface FaultSpec extends PluginSpec {
  readonly target: FaultTargetSpec;
  readonly at?: number;
  readonly duration?: number;
  readonly mtbf?: PluginSpec;
  readonly mttr?: PluginSpec;
  readonly trace?: unknown;
}
export interface FaultTargetSpec extends TargetNames {
  readonly count?: number;
  readonly fraction?: number;
  readonly together: boolean;
}
export interface ExpectSpec {
  readonly metric: string;
  readonly min?: number;
  readonly max?: number;
}
export interface RecordSpec {
  /** Share of requests kept as rows, 0..1. */
  readonly requests: number;
  readonly jobs: boolean;
  readonly power: boolean;
  readonly events: boolean;
  readonly trace: boolean;
}

/** Where the kinds that are files stand in a loaded scenario. */
export type KindMaps = "serverKinds" | "gpuKinds" | "modelKinds";

/** What the shape pass leaves: groups still one or a list, kinds that are files not yet read, nothing planned. */
export interface ScenarioShape extends Omit<ScenarioSpec, "sites" | "plans" | KindMaps> {
  readonly sites: Readonly<Record<string, SiteShape>>;
}
export type Groups = ServerGroupSpec | readonly ServerGroupSpec[];
export interface SiteShape extends Omit<SiteSpec, "racks" | "servers"> {
  readonly racks: Readonly<Record<string, Omit<RackSpec, "servers"> & { readonly servers: Groups }>>;
  readonly servers?: Groups;
}

const S_PER_DAY = 86_400;

/** Seconds from midnight UTC to `start`; 0 without one. */
export function dayOffsetOf({ start }: Pick<ScenarioSpec, "start">): number {
  const epochS = start?.epochS ?? 0;
  return epochS - Math.floor(epochS / S_PER_DAY) * S_PER_DAY;
}

/** Share of all requests of each model: as said, else equal ones. */
export function sharesOf({ models }: ServingSpec): readonly number[] {
  const all = Object.values(models);
  return all.map(({ share }) => share ?? 1 / all.length);
}

/** What column `class` of a trace names: models, or classes of requests where its first row does. */
export function namesClasses({ classes = {} }: ServingSpec, [first]: readonly string[]): boolean {
  return first !== undefined && Object.hasOwn(classes, first);
}

/** The models of a trace's rows, in order of appearance, where its column `class` says them. */
export function modelNamesOf(serving: ServingSpec, trace: Trace | undefined): readonly string[] | undefined {
  const names = trace?.texts.class;
  return names === undefined || namesClasses(serving, names) ? undefined : names;
}

/** Do prompts take time: has a model a law by steps? */
export function takesPrompts(
  { promptTokens }: { readonly promptTokens?: PluginSpec | undefined },
  models: readonly ModelKindSpec[],
): boolean {
  const byStep = ({ latency, autoregressive }: ModelKindSpec): boolean =>
    autoregressive && Object.values(latency).some(({ kind }) => kind !== "linear");
  return promptTokens !== undefined || models.some(byStep);
}

/** Why the grams of what runs on `sites` (all, if not given) are unknown, or undefined where every grid is described. */
export function noCarbonIn(all: Readonly<Record<string, SiteSpec>>, sites: readonly string[] = Object.keys(all)): string | undefined {
  const unknown = sites.find((site) => all[site] !== undefined && all[site].carbon === undefined);
  return unknown === undefined ? undefined : `sites.${unknown} has no carbon`;
}

/** One server of the fleet, by its full name. */
export interface FleetServer {
  readonly name: string;
  readonly site: string;
  readonly row: string | undefined;
  readonly rack: string | undefined;
  readonly group: ServerGroupSpec;
}

/** What a target may name: exactly one of them. */
export const PLACES = ["site", "row", "rack", "server", "gpu"] as const;
export type TargetNames = Readonly<Partial<Record<(typeof PLACES)[number], string>>>;

/** `west/0/gpu0`, ... */
export function gpuNamesOf({ name, group }: FleetServer): readonly string[] {
  return Array.from({ length: group.gpus?.count ?? 0 }, (_, i) => `${name}/gpu${i}`);
}

/** By what a server, or what is in it, can be named. */
export function namesOf(server: FleetServer, where: (typeof PLACES)[number]): readonly string[] {
  if (where === "gpu") return gpuNamesOf(server);
  const name = where === "server" ? server.name : server[where];
  return name === undefined ? [] : [name];
}

/** Is the server, or a GPU in it, named by the target? */
export function isTarget(target: TargetNames, server: FleetServer): boolean {
  return PLACES.some((where) => target[where] !== undefined && namesOf(server, where).includes(target[where]));
}

/** Every server, in declared order. Names: `site/rack/0`, `site/rack-1/0` where a rack has copies, `site/0` outside racks. */
export function fleetOf(sites: Readonly<Record<string, SiteSpec>>): FleetServer[] {
  const fleet: FleetServer[] = [];
  const add = (groups: readonly ServerGroupSpec[], prefix: string, where: Pick<FleetServer, "site" | "row" | "rack">): void => {
    let index = 0;
    for (const group of groups) {
      for (let i = 0; i < group.count; i++) fleet.push({ name: `${prefix}/${index++}`, ...where, group });
    }
  };
  for (const [site, spec] of Object.entries(sites)) {
    for (const [rack, { row, count, servers }] of Object.entries(spec.racks)) {
      for (let copy = 0; copy < count; copy++) add(servers, `${site}/${count === 1 ? rack : `${rack}-${copy}`}`, { site, row, rack });
    }
    add(spec.servers, site, { site, row: undefined, rack: undefined });
  }
  return fleet;
}
