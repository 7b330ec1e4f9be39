/** The shape of a gate file. */
import { type ZodType, z } from "zod";
import { type JsonSchema, jsonSchemaOf } from "../choice.ts";
import { deciderSchema } from "../decider-schema.ts";
import { seedsSchema } from "../seeds-schema.ts";

export interface GateShape {
  readonly task?: string;
  readonly scenario?: string;
  readonly agent?: string;
  /** Looked at where it is known what it is to decide in. */
  readonly policy: unknown;
  readonly heuristic: unknown;
  readonly metric?: string;
  readonly seeds: readonly number[];
  readonly baseline: string;
  readonly margin: number;
}

export const gateSchema = z
  .strictObject({
    task: z.string().min(1).optional().meta({ description: "A reference task of one agent; or else:" }),
    scenario: z.string().min(1).optional().meta({ description: "The scenario file, relative to this one." }),
    agent: z.string().min(1).optional().meta({ description: "The scenario's external controller; may be left out where there is one." }),
    policy: deciderSchema("What is gated: the .json file of a stored policy, relative to this one."),
    heuristic: deciderSchema("What it is measured by: the .json file of another stored policy, relative to this one."),
    metric: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "controllers.<agent>.reward_mean; of a task, return. These are the defaults." }),
    seeds: seedsSchema.meta({
      description: "3000..3999 are for gates, those below 1000 are yours; at least ten, none that a policy has seen.",
    }),
    baseline: z
      .string()
      .regex(/\.json$/, { error: "must be a .json file" })
      .meta({ description: "The .json file of the baseline, relative to this one; --update writes it." }),
    margin: z
      .number()
      .min(0)
      .max(1)
      .default(0.02)
      .meta({ description: "Share of the reward that the advantage may lose where the world moved." }),
  })
  .refine(({ task, scenario }) => (task === undefined) !== (scenario === undefined), {
    error: "must have a task or a scenario, one of them",
  })
  .refine(({ task, agent }) => task === undefined || agent === undefined, {
    path: ["agent"],
    error: "must not be said of a task: it has one agent",
  }) as unknown as ZodType<GateShape>;

/** The JSON Schema (draft 7) of gate files. */
export function gateJsonSchema(): JsonSchema {
  const { $schema, ...rest } = jsonSchemaOf(gateSchema);
  return { $schema: $schema as string, title: "Cybertwin gate", ...rest };
}
