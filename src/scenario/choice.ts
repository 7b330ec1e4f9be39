/** Alternatives told apart by looking at the value first, so that messages speak of the one that was meant. */
import { type ZodObject, type ZodType, z } from "zod";

const alternativesOf = new WeakMap<object, readonly ZodType[]>();

/** Parses by the schema that `pick` chooses; the JSON Schema offers all. */
export function choice(alternatives: readonly ZodType[], pick: (value: unknown) => ZodType): ZodType {
  const schema = z.unknown().transform((value, context) => {
    const result = pick(value).safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) context.issues.push({ ...issue, input: value } as never);
    return z.NEVER;
  });
  alternativesOf.set(schema, alternatives);
  return schema;
}

/** A mapping whose `kind` says which of the schemas it follows. @param common fields that are checked even where the kind is not known */
export function byKind(schemas: ReadonlyMap<string, ZodType>, common: Readonly<Record<string, ZodType>> = {}): ZodType {
  const options = [...schemas.keys()];
  const noKind = z.unknown().transform((kind, context) => {
    context.issues.push({ code: "invalid_union", discriminator: "kind", options, errors: [], input: kind } as never);
    return z.NEVER;
  });
  const unknownKind = z.looseObject({ ...common, kind: noKind });
  return choice([...schemas.values()], (value) => {
    const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
    return (typeof kind === "string" ? schemas.get(kind) : undefined) ?? unknownKind;
  });
}

/** Adds fields that every member of a family has; a plugin's own field of the same name wins. */
export function withCommon(schema: ZodType, common: Readonly<Record<string, ZodType>>): ZodType {
  if (schema.def.type !== "object") throw new Error("a plugin's schema must be an object");
  const object = schema as ZodObject;
  const missing = Object.entries(common).filter(([key]) => !(key in object.shape));
  return object.safeExtend(Object.fromEntries(missing));
}

/** JSON Schema (draft 7) of what a user may write. */
export function jsonSchemaOf(schema: ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: "input",
    target: "draft-7",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const alternatives = alternativesOf.get(zodSchema);
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
