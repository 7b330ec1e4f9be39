/** The fields of `kind: model-serving`, in base units; the scenario puts arrivals and token laws beside them. */
import { z } from "zod";
import { sloSchema } from "../cluster/spec.ts";
import { engineSchema } from "./engines.ts";

const model = z.strictObject({
  kind: z.string().min(1).meta({ description: "A model kind of the catalogue, or the path of a file such as ./mine.yaml." }),
  replicas: z.int().min(1).default(1),
  /** GPUs that one replica spans. */
  parallel: z.int().min(1).default(1),
  /** Of all requests; absent: equal ones. */
  share: z.number().min(0).max(1).optional(),
});

export const servingFields = {
  kind: z.literal("model-serving"),
  models: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), model).refine((models) => Object.keys(models).length > 0, {
    error: "must name at least one model",
  }),
  engine: engineSchema.default({ kind: "none" }),
  queueLimit: z.int().min(0).optional(),
  slo: sloSchema.optional(),
  tenant: z.string().optional(),
  sites: z.array(z.string()).min(1).optional(),
};

/** As `cybertwin list` shows it. */
export const servingKind = {
  kind: "model-serving",
  doc: "Models on GPUs: replicas with queues, an engine that makes batches, an SLO; also takes arrivals, outputTokens.",
  schema: z.strictObject(servingFields),
  create: (spec: unknown) => spec,
} as const;
