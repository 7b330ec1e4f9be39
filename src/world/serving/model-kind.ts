/** A kind of model: a file of the catalogue, or the user's own. In base units. */
import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { type Architecture, architectureProblem, architectureSchema, kvBytesOf } from "./architecture.ts";
import { bandwidthShare, clockRatio, type GpuKindSpec } from "./gpu-kind.ts";
import type { Activity } from "./gpu-power.ts";

const duration = (example: string) => quantity("duration", { example });

/** Time of a request alone at the greatest clock: `base` + `perToken` x tokens that it writes. */
const linearLatency = z.strictObject({ kind: z.literal("linear"), base: duration("100 ms"), perToken: duration("20 ms").default(0) });
/**
 * Time of one step of an engine that works by steps, at the greatest clock: `base` + `perPromptToken` x prompt tokens + `perSequence` x
 * sequences that write a token + `perContextToken` x tokens that these look back on.
 */
const stepLatency = z.strictObject({
  kind: z.literal("step"),
  base: duration("11.4 ms"),
  perPromptToken: duration("0.065 ms"),
  perSequence: duration("0.0585 ms").default(0),
  perContextToken: duration("0.334 us").default(0),
});
/** Time of a step by the model's architecture and the GPU's roofline. */
const rooflineLatency = z.strictObject({ kind: z.literal("roofline") });
export type LinearLatency = z.output<typeof linearLatency>;
export type StepLatency = z.output<typeof stepLatency>;
export type RooflineLatency = z.output<typeof rooflineLatency>;
/** Laws of a step, and of a request as a whole. */
export type LatencyLaw = LinearLatency | StepLatency | RooflineLatency;

export const modelKindSchema = z.strictObject({
  kind: z.literal("model"),
  parameters: z.int().min(1),
  /** Memory that its weights take. */
  weights: quantity("memory", { above: 0, example: "5 GiB" }),
  /** Does it write its answer token by token? */
  autoregressive: z.boolean(),
  /** Most tokens of a prompt and its answer together. */
  context: z.int().min(2).optional(),
  /** Memory that keys and values of one token take; absent: by the architecture. */
  kvPerToken: quantity("memory", { above: 0, example: "512 KiB" }).optional(),
  /** What it is made of. Under a linear law it says how much of the time goes with the clock. */
  architecture: architectureSchema.optional(),
  /** By GPU kind: it runs on those alone. */
  latency: z
    .record(z.string(), z.discriminatedUnion("kind", [linearLatency, stepLatency, rooflineLatency]))
    .meta({ description: "A latency law for each GPU kind that the model can run on." }),
  /** Where the numbers come from. */
  source: z.string().min(1),
});
export type ModelKindSpec = z.output<typeof modelKindSchema>;

/** What is wrong between the fields of a kind, or undefined. */
export function modelProblem({ autoregressive, architecture, latency }: ModelKindSpec): string | undefined {
  if (Object.keys(latency).length === 0) return "latency must name at least one GPU kind";
  const trouble = architecture === undefined ? undefined : architectureTrouble(architecture, autoregressive);
  if (trouble !== undefined) return trouble;
  for (const [gpu, law] of Object.entries(latency)) {
    if (law.kind === "roofline") {
      if (architecture === undefined) return `latency.${gpu} is a roofline and needs the architecture`;
      continue;
    }
    if (law.kind === "step") {
      if (!autoregressive) return `latency.${gpu} must be linear: the model writes no tokens`;
      if (law.base + law.perSequence === 0) return `latency.${gpu} must take time for a token`;
      continue;
    }
    if (!autoregressive && law.perToken > 0) return `latency.${gpu}.perToken must be 0: the model writes no tokens`;
    if (law.base + law.perToken === 0) return `latency.${gpu} must take time`;
  }
  return undefined;
}

function architectureTrouble(architecture: Architecture, autoregressive: boolean): string | undefined {
  if (architecture.kind === "convolutional" && autoregressive) return "architecture must be a transformer: the model writes tokens";
  return architectureProblem(architecture);
}

/** Bytes of keys and values of one token, as said or by the architecture; undefined where neither is known. */
export function kvPerTokenB({ kvPerToken, architecture }: ModelKindSpec): number | undefined {
  return kvPerToken ?? (architecture?.kind === "transformer" ? kvBytesOf(architecture) : undefined);
}

/** Weights read once a token, or arithmetic: what a GPU does for the model. */
export function activityOf({ autoregressive }: ModelKindSpec): Exclude<Activity, "idle"> {
  return autoregressive ? "decode" : "compute";
}

/**
 * How many times as long work of a class takes as at the greatest clock: arithmetic goes with the clock, reading weights with the memory's
 * bandwidth, which stays until the clock is well below its greatest.
 */
export function slowdown(kind: GpuKindSpec, clockHz: number, activity: Exclude<Activity, "idle">): number {
  if (activity === "compute") return 1 / clockRatio(kind, clockHz);
  return 1 / bandwidthShare(kind, clockHz);
}

/** A GPU kind's name in `latency`: of a file of one's own, its name without folder and ending. */
export function gpuName(key: string): string {
  return (key.split(/[/\\]/).at(-1) as string).replace(/\.ya?ml$/, "");
}
