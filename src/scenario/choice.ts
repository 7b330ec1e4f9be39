/** Alternatives told apart by looking at the value first, so that messages speak of the one that was meant. */
import { type ZodObject, type ZodType, z } from "zod";

/** By definition: a schema that is only described anew keeps it. */
const alternativesOf = new WeakMap<object, readonly ZodType[]>();

/** Parses by the schema that `pick` chooses; the JSON Schema offers all. */
export function choice(alternatives: readonly ZodType[], pick: (value: unknown) => ZodType): ZodType {
  const schema = z.unknown().transform((value, context) => {
    const result = pick(value).safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) context.issues.push({ ...issue, input: value } as never);
    return z.NEVER;
  });
  alternativesOf.set(schema._zod.def, alternatives);
  return schema;
}

interface UnknownKinds {
  /** Fields that are checked even where the kind is not known. */
  readonly common: Readonly<Record<string, ZodType>>;
  /** Kinds of which nothing but the kind is looked at. */
  isOpaque(kind: string): boolean;
}

/** A mapping whose `kind` says which of the schemas it follows. */
export function byKind(schemas: ReadonlyMap<string, ZodType>, unknown: UnknownKinds): ZodType {
  const options = [...schemas.keys()];
  const noKind = z.unknown().transform((kind, context) => {
    context.issues.push({ code: "invalid_union", discriminator: "kind", options, errors: [], input: kind } as never);
    return z.NEVER;
  });
  const unknownKind = z.looseObject({ ...unknown.common, kind: noKind });
  const opaqueKind = z.looseObject({ kind: noKind });
  return choice([...schemas.values()], (value) => {
    const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
    if (typeof kind !== "string") return unknownKind;
    return schemas.get(kind) ?? (unknown.isOpaque(kind) ? opaqueKind : unknownKind);
  });
}

/** Adds fields that every member of a family has; a plugin's own field of the same name wins. */
export function withCommon(schema: ZodType, common: Readonly<Record<string, ZodType>>): ZodType {
  if (schema.def.type !== "object") throw new Error("a plugin's schema must be an object");
  const object = schema as ZodObject;
  const missing = Object.entries(common).filter(([key]) => !(key in object.shape));
  return object.safeExtend(Object.fromEntries(missing));
}

const exported = new WeakMap<ZodType, JsonSchema>();

/** JSON Schema (draft 7) of what a user may write. */
export function jsonSchemaOf(schema: ZodType): JsonSchema {
  const known = exported.get(schema);
  if (known !== undefined) return known;
  const made = exportSchema(schema);
  exported.set(schema, made);
  return made;
}

function exportSchema(schema: ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: "input",
    target: "draft-7",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const alternatives = alternativesOf.get(zodSchema._zod.def);
      if (alternatives === undefined) return;
      jsonSchema.anyOf = alternatives.map((alternative) => {
        const { $schema, ...rest } = jsonSchemaOf(alternative);
        return rest;
      }) as NonNullable<typeof jsonSchema.anyOf>;
    },
  }) as JsonSchema;
}

/** As much of JSON Schema as we read back. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly const?: unknown;
  readonly [keyword: string]: unknown;
}
