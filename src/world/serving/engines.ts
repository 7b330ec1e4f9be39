/** How a replica makes batches of requests. All members of a batch advance at the speed of a request alone. */
import { z } from "zod";
import { type Plugin, registry } from "../base/plugin.ts";
import { quantity } from "../base/quantity.ts";

export interface Engine {
  readonly maxBatch: number;
  /** A batch that is not full begins once the first of those who wait has waited this long since it arrived, seconds. */
  readonly batchWaitS: number;
  /** Does the batch end with its shortest member? The others then go back to the queue with what is left of them. */
  readonly isContinuous: boolean;
}

const batching = {
  maxBatch: z.int().min(1).max(4096).default(8),
  batchWait: quantity("duration", { example: "100 ms" }).default(0),
};

const noneSchema = z.strictObject({ kind: z.literal("none") });
const none: Plugin<"none", z.output<typeof noneSchema>, Engine> = {
  kind: "none",
  doc: "One request at a time.",
  schema: noneSchema,
  create: () => ({ maxBatch: 1, batchWaitS: 0, isContinuous: false }),
};

const dynamicSchema = z.strictObject({ kind: z.literal("dynamic"), ...batching });
const dynamic: Plugin<"dynamic", z.output<typeof dynamicSchema>, Engine> = {
  kind: "dynamic",
  doc: "Batches of requests: a batch answers when its longest member is done.",
  schema: dynamicSchema,
  create: ({ maxBatch, batchWait }) => ({ maxBatch, batchWaitS: batchWait, isContinuous: false }),
};

const continuousSchema = z.strictObject({ kind: z.literal("continuous"), ...batching });
const continuous: Plugin<"continuous", z.output<typeof continuousSchema>, Engine> = {
  kind: "continuous",
  doc: "A new batch whenever the shortest member is done; the others compete anew with what is left of them.",
  schema: continuousSchema,
  create: ({ maxBatch, batchWait }) => ({ maxBatch, batchWaitS: batchWait, isContinuous: true }),
};

export const engines = registry("engine", [none, dynamic, continuous]);
export const engineSchema = z.discriminatedUnion("kind", [noneSchema, dynamicSchema, continuousSchema]);
export type EngineSpec = z.output<typeof engineSchema>;

export function makeEngine(spec: EngineSpec): Engine {
  switch (spec.kind) {
    case "none":
      return none.create(spec);
    case "dynamic":
      return dynamic.create(spec);
    case "continuous":
      return continuous.create(spec);
  }
}
