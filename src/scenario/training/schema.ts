/** The shape of a training file. */
import { type ZodType, z } from "zod";
import { ALGORITHMS, OFFLINE_ALGORITHMS } from "../../learn/algorithms/index.ts";
import { BACKEND_NAMES, type BackendName, DEFAULT_BACKEND } from "../../learn/backends/backend.ts";
import { byKind, choice, type JsonSchema, jsonSchemaOf } from "../choice.ts";
import { deciderSchema } from "../decider-schema.ts";
import { seedsSchema } from "../seeds-schema.ts";

export interface TrainingShape {
  readonly scenario?: string;
  readonly task?: string;
  readonly agent?: string;
  /** Options with their defaults. */
  readonly algorithm: { readonly kind: string; readonly [option: string]: unknown };
  /** Of algorithms that learn from what others did. */
  readonly data?: readonly DataShape[];
  readonly seeds: readonly number[];
  readonly steps?: number;
  readonly episodes?: number;
  readonly updates?: number;
  readonly evaluate: { readonly every: number; readonly seeds: readonly number[] };
  readonly stop?: { readonly reward: number };
  readonly backend: BackendName;
}

export interface DataShape {
  /** Looked at where it is known what it is to decide in. */
  readonly policy: unknown;
  readonly seeds: readonly number[];
}

const algorithm = byKind(
  new Map(
    [...ALGORITHMS, ...OFFLINE_ALGORITHMS].map(({ kind, doc, schema }): [string, ZodType] => [
      kind,
      (schema as z.ZodObject).extend({ kind: z.literal(kind) }).describe(doc),
    ]),
  ),
  { common: {}, isOpaque: () => false },
);

const count = z.int().min(1);

const dataPart = z
  .strictObject({
    policy: deciderSchema("Whose episodes: the .json file of a stored policy, relative to this one."),
    seeds: seedsSchema.describe("One episode each: 1000..1999 or your own below 1000, none of evaluate.seeds."),
  })
  .describe("For algorithms that learn from what others did, played before the training begins.");
const dataParts = z.array(dataPart).min(1).describe("Several policies, mixed.");
const onePart = dataPart.transform((part) => [part]);
const data = choice([dataPart, dataParts], (value) => (Array.isArray(value) ? dataParts : onePart));

export const trainingSchema = z.strictObject({
  scenario: z.string().min(1).optional().describe("The scenario to learn in, relative to this file; it has a controller of kind external."),
  task: z.string().min(1).optional().describe("Instead of a scenario: the id of a reference task."),
  agent: z.string().min(1).optional().describe("The scenario's external controller, where it has several."),
  algorithm,
  data: data.optional(),
  seeds: seedsSchema.describe("Of the learning, 1000..1999 or your own below 1000; several make a population."),
  steps: count.optional().describe("What each agent may use, over all its lanes, in whole steps of all of them. Schedules go by it."),
  episodes: count.optional().describe("Instead of steps, where all episodes have the same length."),
  updates: count.optional().describe("Instead of steps, for algorithms that learn from data: what each agent may use."),
  evaluate: z
    .strictObject({
      every: count.describe("Steps between two evaluations, or episodes or updates where the budget is in those."),
      seeds: seedsSchema.describe("Of the episodes by which the best policy is chosen, 2000..2999 or your own below 1000."),
    })
    .describe("Plays the policies from time to time and at the end, without learning."),
  stop: z
    .strictObject({ reward: z.number().describe("Mean return of the policy that draws its actions.") })
    .optional()
    .describe("Ends the training once each agent's best policy has reached this."),
  backend: z.enum(BACKEND_NAMES).default(DEFAULT_BACKEND).describe("What trains the networks; see `cybertwin doctor`."),
}) as unknown as ZodType<TrainingShape>;

/** The JSON Schema (draft 7) of training files. */
export function trainingJsonSchema(): JsonSchema {
  const { $schema, ...rest } = jsonSchemaOf(trainingSchema);
  return { $schema: $schema as string, title: "Cybertwin training", ...rest };
}
