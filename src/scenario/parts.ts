/** What the scenario is put together from: the registries and schemas of the other rooms, handed in. */
import type { ZodType } from "zod";
import type { AnyPlugin } from "../world/base/plugin.ts";
import type { Dimension } from "../world/base/quantity.ts";
import type { TableReader } from "../world/base/table.ts";
import type { ServerKindSpec } from "../world/cluster/server-kind.ts";
import type { Trace } from "../world/workload/index.ts";
import type { Family } from "./family.ts";

export type Registry = ReadonlyMap<string, AnyPlugin>;

/** What the meaning pass asks of a controller's plugin beyond what every plugin says. */
export interface ControllerTraits {
  /** "periodic", or what a rule is asked at events: "queue", "oracle-queue", "route", "place", "delay". */
  readonly decides: string;
  /** "requests": services and models; "any": services and batch workloads. */
  readonly target: "service" | "batch" | "model-serving" | "requests" | "any";
  readonly oracles: readonly string[];
  /** True if it cannot do without all of its oracles. */
  readonly needsOracle: boolean;
  /** Of one that adds replicas to its target: up to how many. */
  readonly replicasMax?: (spec: never) => number;
}

/** Likewise of a fault's. */
export interface FaultTraits {
  readonly strikes: "server" | "gpu";
}

export interface Parts {
  /** Kinds by family; a family's `files` are read for the values that stand in its place (family.ts). */
  readonly registries: Readonly<Partial<Record<Family, Registry>>>;
  readonly controllers: ReadonlyMap<string, AnyPlugin & ControllerTraits>;
  readonly faults: ReadonlyMap<string, AnyPlugin & FaultTraits>;
  /** Readers of the table that may stand for a PUE or a fault's repairs: the field is `file` or `trace`. */
  readonly pueReader: TableReader;
  readonly faultTraceReader: TableReader;
  /** A law of one dimension; a bare quantity is `{ kind: "deterministic", value }`. */
  law(dimension: Dimension): ZodType<PluginSpec>;
  arrivalsSchema(rate: "rate" | "job-rate"): ZodType<PluginSpec>;
  readonly carbonSchema: ZodType<unknown>;
  readonly pueSchema: ZodType<unknown>;
  readonly psuSchema: ZodType<unknown>;
  readonly powerSchema: ZodType<unknown>;
  /** Reads ISO 8601 text as seconds since 1970. */
  parseInstant(text: string): { readonly epochS: number } | { readonly problem: string };
  /** Exact mean in base units; NaN where it does not exist or a table decides. */
  meanOfLaw(spec: PluginSpec): number;
  /** Long-run arrivals a second: of an open law, of a trace, or of neither (closed-loop users, a fixed number of jobs). */
  meanRate(spec: PluginSpec): { readonly kind: "law" | "trace"; readonly perS: number } | { readonly kind: "none" };
  /** What arrivals replay, or undefined for laws. */
  traceOf(arrivals: PluginSpec): Trace | undefined;
  /** How long the users of closed arrivals think; undefined for others. */
  thinkTimeOf(arrivals: PluginSpec): PluginSpec | undefined;
  /** Why a server kind's power does not fit its clocks. */
  powerProblem(kind: ServerKindSpec): string | undefined;
  /** Why a run cannot be played on a site's carbon. */
  carbonProblem(carbon: unknown, span: { readonly startEpochS: number | undefined; readonly endS: number }): string | undefined;
}

/** Any plugin's spec: a kind, and fields that only the plugin knows. */
export interface PluginSpec {
  readonly kind: string;
  readonly [field: string]: unknown;
}
