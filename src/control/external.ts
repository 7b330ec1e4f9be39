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
  replicas: observable(({ replicas }) => replicas),
  ready_replicas: observable(({ readyReplicas }) => readyReplicas),
  limit_cores: observable(({ limitCores }) => limitCores),
} as const satisfies Readonly<Record<string, Observable>>;

export type ObservableName = keyof typeof OBSERVABLES;
const OBSERVABLE_NAMES = Object.keys(OBSERVABLES) as ObservableName[];

/** What a reward may name: all that is observable, then the latency of the target's SLO. */
export const REWARD_NAMES: readonly string[] = [...OBSERVABLE_NAMES, "slo_s"];

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

const reward = z.string().superRefine((text, context) => {
  const read = readExpression(text, REWARD_NAMES);
  if (!read.ok) context.addIssue({ code: "custom", message: read.message, params: { hint: read.hint } });
});

const schema = z
  .strictObject({
    kind: z.literal("external"),
    period: quantity("duration", { above: 0, example: "15 s" }).default(15),
    observe: z
      .array(z.enum(OBSERVABLE_NAMES))
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

export const external: ControllerPlugin<"periodic", ExternalSpec> = {
  kind: "external",
  doc: "Decided from outside: makes the scenario an environment to learn in, with these observations, actions and reward.",
  decides: "periodic",
  target: "service",
  oracles: [],
  needsOracle: false,
  schema,
  /** Its decisions are handed to the loop; by itself it lets everything be. */
  create: ({ period }) => ({ kind: "periodic", periodS: period, decide: () => [] }),
  replicasMax: ({ act }) => act.reduce((most, each) => Math.max(most, each.kind === "replicas" ? each.max : 0), 0),
};
