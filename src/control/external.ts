import { z } from "zod";
import { readExpression } from "../world/base/expression.ts";
import { quantity } from "../world/base/quantity.ts";
import type { ServiceTelemetry } from "../world/ports.ts";
import type { ControllerPlugin } from "./plugin.ts";

interface Observable {
  readonly of: (seen: ServiceTelemetry) => number;
  /** Of the greatest value; Infinity where there is none. */
  readonly high: number;
}

const observable = (of: Observable["of"], high = Infinity): Observable => ({ of, high });

/** What may be observed of the target, over the last scrape interval. NaN: nothing was there to measure. */
export const OBSERVABLES = {
  arrival_rate_per_s: observable(({ arrivalRatePerS }) => arrivalRatePerS),
  latency_p50_s: observable(({ latencyP50S }) => latencyP50S),
  latency_p99_s: observable(({ latencyP99S }) => latencyP99S),
  slo_attainment: observable(({ good, ended }) => (ended === 0 ? 1 : good / ended), 1),
  queued: observable(({ queued }) => queued),
  running: observable(({ running }) => running),
  busy_cores: observable(({ busyCores }) => busyCores),
  cpu_utilization: observable(({ cpuUtilization }) => cpuUtilization),
  cpu_limit_utilization: observable(({ cpuLimitUtilization }) => cpuLimitUtilization),
  memory_limit_utilization: observable(({ memoryB, limitMemoryB }) => memoryB / limitMemoryB),
  oom_restarts: observable(({ oomRestarts }) => oomRestarts),
  replicas: observable(({ replicas }) => replicas),
  ready_replicas: observable(({ readyReplicas }) => readyReplicas),
  limit_cores: observable(({ limitCores }) => limitCores),
  limit_memory_b: observable(({ limitMemoryB }) => limitMemoryB),
  slo_s: observable(({ sloS }) => sloS ?? Infinity),
} as const satisfies Readonly<Record<string, Observable>>;

type ObservableName = keyof typeof OBSERVABLES;

/**
 * What the controller last asked for, by what it acts on; before that, what telemetry shows of it. Telemetry is late and orders
 * take their time: without this, what is under way cannot be told from what was never ordered.
 */
export const ORDERED = {
  replicas: { name: "ordered_replicas", before: "replicas" },
  "limits.cpu": { name: "ordered_limit_cores", before: "limit_cores" },
  "limits.memory": { name: "ordered_limit_memory_b", before: "limit_memory_b" },
} as const satisfies Readonly<Record<ActSpec["kind"], { readonly name: string; readonly before: ObservableName }>>;

/** What observations and rewards may name, in the order of the values that formulas read. */
export const NAMES: readonly string[] = [...Object.keys(OBSERVABLES), ...Object.values(ORDERED).map(({ name }) => name)];

const scale = z.enum(["log", "linear"]).default("log");
const cores = quantity("number", { above: 0, example: "0.5" }).optional();
const memory = quantity("memory", { above: 0, example: "256 MiB" }).optional();
const count = z.int().min(1);
const ACTS = ["replicas", "limits.cpu", "limits.memory"] as const;
const ranged = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("replicas"), min: count.default(1), max: count.default(20), scale }), // as in the code of AWARE, ATC 2023
  z.strictObject({ kind: z.literal("limits.cpu"), min: cores, max: cores, scale }),
  z.strictObject({ kind: z.literal("limits.memory"), min: memory, max: memory, scale }),
]);
const act = z.union([z.enum(ACTS).transform((kind) => ranged.parse({ kind })), ranged]);

const formula = z.string().superRefine((text, context) => {
  const read = readExpression(text, NAMES);
  if (!read.ok) context.addIssue({ code: "custom", message: read.message, params: { hint: read.hint } });
});
const alpha = z.number().min(0).max(1).default(0.5).meta({ description: "Weight of the SLO; the rest is that of utilization." });
/** alpha 0.5 is what the numbers of AWARE (ATC 2023) agree with; no paper of that line prints its own. */
const mode = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("paper"), alpha }),
  z.strictObject({ kind: z.literal("gated"), alpha }),
]);
const reward = z.union([formula, mode]);

const schema = z
  .strictObject({
    kind: z.literal("external"),
    period: quantity("duration", { above: 0, example: "15 s" }).default(15),
    /** Names, or formulas over them: networks learn best from numbers near -1..1. */
    observe: z
      .array(formula)
      .min(1)
      .default(["arrival_rate_per_s", "latency_p99_s", "slo_attainment", "cpu_utilization", "replicas", "ready_replicas"]),
    /** Set-points; without bounds, replicas from 1 to 20, limits from what is requested to what a server has. */
    act: z
      .array(act)
      .min(1)
      .default([ranged.parse({ kind: "replicas" })]),
    /** Of a step, from what is seen at its end. */
    reward: reward.default("slo_attainment"),
  })
  .refine(({ observe }) => new Set(observe).size === observe.length, { path: ["observe"], error: "must name nothing twice" })
  .refine(({ act }) => new Set(act.map(({ kind }) => kind)).size === act.length, { path: ["act"], error: "must name nothing twice" });
export type ExternalSpec = z.infer<typeof schema>;
export type ActSpec = ExternalSpec["act"][number];

/** What the formulas of rewards need to know of the target. */
export interface RewardTarget {
  /** Share of requests that its SLO wants answered in time. */
  readonly percentile: number | undefined;
  readonly limitsMemory: boolean;
}

/**
 * The reward as a formula over `NAMES`, by what was seen of the last scrape interval.
 *
 * - `paper`: alpha SP + (1 - alpha) U. SP, the preserved SLO, is min(1, SLO latency / p99); U is used over allowed, the mean of cores and,
 *   where memory is limited, memory. FIRM (OSDI 2020) and AWARE (ATC 2023, section 2.2) add the resources up instead of averaging them.
 * - `gated`: U counts only while the SLO holds: while the percentile of requests that it asks for was answered in time, failed and
 *   rejected ones counted. `paper` pays for missing the SLO wherever utilization gains more than SP loses.
 */
export function rewardFormula(reward: ExternalSpec["reward"], { percentile, limitsMemory }: RewardTarget): string {
  if (typeof reward === "string") return reward;
  const { kind, alpha } = reward;
  const preserved = `${alpha} * min(1, slo_s / latency_p99_s)`;
  const used = limitsMemory ? "(cpu_limit_utilization + memory_limit_utilization) / 2" : "cpu_limit_utilization";
  const paid = `(1 - ${alpha}) * ${used}`;
  return `${preserved} + ${kind === "paper" ? paid : `(slo_attainment >= ${percentile} ? ${paid} : 0)`}`;
}

export const external: ControllerPlugin<"periodic", ExternalSpec> = {
  kind: "external",
  doc: "An environment to learn in, with these observations, actions and reward; decided from outside, or by a policy.",
  decides: "periodic",
  target: "service",
  oracles: [],
  needsOracle: false,
  schema,
  /** By itself it lets everything be: who decides for it stands in src/agents. */
  create: ({ period }) => ({ kind: "periodic", periodS: period, decide: () => [] }),
  replicasMax: ({ act }) => act.reduce((most, each) => Math.max(most, each.kind === "replicas" ? each.max : 0), 0),
};
