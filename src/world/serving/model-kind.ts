/** A kind of model: a file of the catalogue, or the user's own. In base units. */
import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { interpolated } from "../energy/interpolated.ts";
import { clockRatio, type GpuKindSpec } from "./gpu-kind.ts";
import type { Activity } from "./gpu-power.ts";

const duration = (example: string) => quantity("duration", { example });

/** Time of a request alone at the greatest clock: `base` + `perToken` x tokens that it writes. */
const linearLatency = z.strictObject({ kind: z.literal("linear"), base: duration("100 ms"), perToken: duration("20 ms").default(0) });
export type LatencyLaw = z.output<typeof linearLatency>;

export const modelKindSchema = z.strictObject({
  kind: z.literal("model"),
  parameters: z.int().min(1),
  /** Memory that its weights take. */
  weights: quantity("memory", { above: 0, example: "5 GiB" }),
  /** Does it write its answer token by token? */
  autoregressive: z.boolean(),
  /** By GPU kind: it runs on those alone. */
  latency: z.record(z.string(), linearLatency).meta({ description: "A latency law for each GPU kind that the model can run on." }),
  /** Where the numbers come from. */
  source: z.string().min(1),
});
export type ModelKindSpec = z.output<typeof modelKindSchema>;

/** What is wrong between the fields of a kind, or undefined. */
export function modelProblem({ autoregressive, latency }: ModelKindSpec): string | undefined {
  if (Object.keys(latency).length === 0) return "latency must name at least one GPU kind";
  for (const [gpu, { base, perToken }] of Object.entries(latency)) {
    if (!autoregressive && perToken > 0) return `latency.${gpu}.perToken must be 0: the model writes no tokens`;
    if (base + perToken === 0) return `latency.${gpu} must take time`;
  }
  return undefined;
}

/** Weights read once a token, or arithmetic: what a GPU does for the model. */
export function activityOf({ autoregressive }: ModelKindSpec): Exclude<Activity, "idle"> {
  return autoregressive ? "decode" : "compute";
}

/**
 * How many times as long work takes as at the greatest clock: arithmetic goes with the clock, reading weights with the memory's
 * bandwidth, which stays until the clock is well below its greatest.
 */
export function slowdown(kind: GpuKindSpec, clockHz: number, activity: Exclude<Activity, "idle">): number {
  if (activity === "compute") return 1 / clockRatio(kind, clockHz);
  const { clocks, shares } = kind.bandwidthByClock;
  return 1 / interpolated(Float64Array.from(clocks), Float64Array.from(shares), clockHz);
}

/** A GPU kind's name in `latency`: of a file of one's own, its name without folder and ending. */
export function gpuName(key: string): string {
  return (key.split(/[/\\]/).at(-1) as string).replace(/\.ya?ml$/, "");
}
