/** The fields of `kind: model-serving`, in base units; the scenario puts arrivals and token laws beside them. */
import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { classFields, sloSchema } from "../cluster/spec.ts";
import { engineSchema } from "./engines.ts";
import { promptsSchema } from "./prompts/index.ts";

const model = z.strictObject({
  kind: z.string().min(1).meta({ description: "A model kind of the catalogue, or the path of a file such as ./mine.yaml." }),
  replicas: z.int().min(1).default(1),
  parallel: z
    .int()
    .min(1)
    .default(1)
    .meta({ description: "GPUs of one server that a replica spans: stages of a pipeline, or by steps shares of every matrix." }),
  share: z.number().min(0).max(1).optional().meta({ description: "Of all requests; absent: each model has an equal share." }),
});

/** How replicas get their GPUs (docs/serving.md). */
const placement = z.enum(["exclusive", "packed", "alpa-serve", "mu-serve"]);
export type Placement = z.output<typeof placement>;

const within = (example: string) => quantity("duration", { above: 0, example }).optional();
/** Of the whole answer, in seconds or in times of its model's mean one alone, of its first token, and of each one from then on: all that are said must hold. */
const slo = sloSchema
  .extend({
    latency: within("5 s"),
    scale: z
      .number()
      .positive()
      .optional()
      .meta({ description: "In times of what a request of mean length to its model takes alone at the greatest clock." }),
    ttft: within("500 ms").meta({ description: 'From arrival to the first token, such as "500 ms"; of engines by steps.' }),
    tpot: within("50 ms").meta({ description: 'Mean gap between the tokens of a request, such as "50 ms"; of engines by steps.' }),
  })
  .refine((said) => [said.latency, said.scale, said.ttft, said.tpot].some((each) => each !== undefined), {
    error: "must say latency, scale, ttft or tpot",
  });

const name = z.string().regex(/^[a-z][a-z0-9-]*$/);

export const servingFields = {
  kind: z.literal("model-serving"),
  models: z.record(name, model).refine((models) => Object.keys(models).length > 0, {
    error: "must name at least one model",
  }),
  engine: engineSchema.default({ kind: "none" }),
  /** Of requests, whatever their model. */
  classes: z.record(name, z.strictObject(classFields)).optional(),
  placement: placement.default("exclusive").meta({
    description: "GPUs of their own; shared by memory alone; shared by the search of AlpaServe, or of mu-Serve, which choose the replicas.",
  }),
  prompts: promptsSchema.optional(),
  queueLimit: z.int().min(0).optional(),
  slo: slo.optional(),
  tenant: z.string().optional(),
  sites: z.array(z.string()).min(1).optional(),
};

/** As `cybertwin list` shows it. */
export const servingKind = {
  kind: "model-serving",
  doc: "Models on GPUs: replicas with queues, an engine by batches or by steps, an SLO; also takes arrivals, outputTokens, promptTokens.",
  schema: z.strictObject(servingFields),
  create: (spec: unknown) => spec,
} as const;
