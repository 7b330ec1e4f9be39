/** Looks things up in a JSON Schema along the path of a value: which keys and kinds could stand there. */
import type { JsonSchema } from "./choice.ts";
import type { Path } from "./tree.ts";

/** The keys that the mapping at `path` may have. */
export function keysAt(schema: JsonSchema, path: Path, plain: unknown): string[] {
  return [...new Set(schemasAt(schema, path, plain, true).flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** The kinds that the mapping at `path` may have. */
export function kindsAt(schema: JsonSchema, path: Path, plain: unknown): string[] {
  const kinds = schemasAt(schema, path, plain, false).flatMap((node) => {
    const kind = node.properties?.kind;
    return kind?.const !== undefined ? [kind.const] : ((kind?.enum as unknown[] | undefined) ?? []);
  });
  return [...new Set(kinds.map(String))];
}

/** @param sameKind leaves out alternatives of another kind at the end of the path too */
function schemasAt(root: JsonSchema, path: Path, plain: unknown, sameKind: boolean): JsonSchema[] {
  let nodes = alternatives(root);
  let value = plain;
  for (const step of path) {
    nodes = ofKind(nodes, value)
      .flatMap((node) => below(node, step))
      .flatMap(alternatives);
    value = typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined;
  }
  return sameKind ? ofKind(nodes, value) : nodes;
}

function alternatives(node: JsonSchema): JsonSchema[] {
  return [node, ...[...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])].flatMap(alternatives)];
}

function below(node: JsonSchema, step: PropertyKey): JsonSchema[] {
  const property = node.properties?.[String(step)];
  if (property !== undefined) return [property];
  if (typeof step === "number") return node.items === undefined ? [] : [node.items];
  return typeof node.additionalProperties === "object" ? [node.additionalProperties] : [];
}

function ofKind(nodes: readonly JsonSchema[], value: unknown): JsonSchema[] {
  const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
  return nodes.filter((node) => {
    const wanted = node.properties?.kind?.const;
    return wanted === undefined || kind === undefined || wanted === kind;
  });
}
