/** The shape of a sweep file. */
import { type ZodType, z } from "zod";
import { DIMENSION_NAMES, type Dimension, readQuantity } from "../../world/base/quantity.ts";
import { laws } from "../../world/workload/index.ts";
import { byKind, choice, type JsonSchema, jsonSchemaOf } from "../choice.ts";
import { seedsSchema } from "../seeds-schema.ts";

export const POINTS_MAX = 10_000;
export const RUNS_MAX = 1_000_000;

export interface SweepShape {
  readonly scenario: string;
  readonly seeds: readonly number[];
  readonly vary: VaryShape;
  readonly compare?: { readonly metric: string; readonly baseline: Readonly<Record<string, unknown>> };
}
/** What is varied stands under its path: a list of values, or (sampled only) a law. */
export type VaryShape =
  | { readonly kind: "grid" | "zip"; readonly [path: string]: unknown }
  | { readonly kind: "sampled"; readonly count: number; readonly seed: number; readonly [path: string]: unknown };

const values = z.array(z.unknown()).min(1).meta({ description: "The values that the scenario's path takes, one after the other." });

/** Laws of files have nowhere to read them from here. */
const LAW_KINDS = [...laws].filter(([, plugin]) => plugin.files === undefined && plugin.kind !== "trace").map(([kind]) => kind);

const lawSchemas = new Map<Dimension, ZodType>(
  DIMENSION_NAMES.map((dimension) => {
    const schemas = LAW_KINDS.map((kind): [string, ZodType] => [
      kind,
      (laws.get(kind) as { shape(of: Dimension): ZodType }).shape(dimension),
    ]);
    return [dimension, byKind(new Map(schemas), { common: {}, isOpaque: () => false })];
  }),
);
const anyLaw = z.looseObject({ kind: z.enum(LAW_KINDS) }).meta({ description: "A law: each point draws a value of its own from it." });
const sampledValues = choice([values, anyLaw], (value) =>
  Array.isArray(value) ? values : (lawSchemas.get(dimensionOf(value)) as ZodType),
);

/** What a law measures: its first field with a unit says it. */
function dimensionOf(law: unknown): Dimension {
  const text = Object.entries(Object(law)).find(([key, value]) => key !== "kind" && typeof value === "string")?.[1];
  return DIMENSION_NAMES.find((dimension) => readQuantity(text, dimension, { min: Number.NEGATIVE_INFINITY }).ok) ?? "number";
}

const vary = byKind(
  new Map<string, ZodType>([
    [
      "grid",
      z
        .object({ kind: z.literal("grid") })
        .catchall(values)
        .describe("Every combination; the last path turns fastest."),
    ],
    [
      "zip",
      z
        .object({ kind: z.literal("zip") })
        .catchall(values)
        .describe("The first values of all lists, then the second ones, and so on."),
    ],
    [
      "sampled",
      z
        .object({ kind: z.literal("sampled"), count: z.int().min(1).max(POINTS_MAX), seed: z.int().min(0) })
        .catchall(sampledValues)
        .describe("`count` points, each value drawn independently (plain Monte Carlo), from a stream for each path."),
    ],
  ]),
  { common: {}, isOpaque: () => true },
);

export const sweepSchema = z.strictObject({
  scenario: z.string().min(1).meta({ description: "The scenario file, relative to this one." }),
  seeds: seedsSchema,
  vary,
  compare: z
    .strictObject({
      metric: z.string().min(1),
      baseline: z
        .record(z.string(), z.unknown())
        .meta({ description: "Paths of `vary` with the values that the other points are compared with, as written there." }),
    })
    .optional(),
}) as unknown as ZodType<SweepShape>;

/** The JSON Schema (draft 7) of sweep files. */
export function sweepJsonSchema(): JsonSchema {
  const { $schema, ...rest } = jsonSchemaOf(sweepSchema);
  return { $schema: $schema as string, title: "Cybertwin sweep", ...rest };
}
