/** The JSON Schema of scenario files, for editors and for `schema/scenario.json`. */
import { type JsonSchema, jsonSchemaOf } from "./choice.ts";
import type { Parts } from "./parts.ts";
import { scenarioSchema } from "./schema.ts";

/** Draft 7, of what a user may write; a kind's fields stand under its `kind`. */
export function scenarioJsonSchemaOf(parts: Parts): JsonSchema {
  const { $schema, properties, required, ...rest } = jsonSchemaOf(scenarioSchema(parts));
  const base = {
    type: "string",
    description: "A scenario file that this one stands on: deep merge by key; a list replaces, null removes.",
  };
  // What `extends` brings is not in the file, so an editor must not ask for it.
  return { $schema: $schema as string, title: "Cybertwin scenario", ...rest, properties: { extends: base, ...properties } };
}
