/** What every extension is: a kind, a line of documentation, a schema, and a function that makes it. */
import type { ZodType } from "zod";
import type { FileReader } from "./table.ts";

export interface Plugin<Kind extends string, Spec, Made> {
  /** Kebab-case, equal to the file's name; what YAML says in `kind:`. */
  readonly kind: Kind;
  /** One line for `cybertwin list`. */
  readonly doc: string;
  /** Shape of the YAML object, `kind` included; its output is in base units. */
  readonly schema: ZodType<Spec>;
  /** Fields that name a file: the loader replaces the path by what the reader makes of it. */
  readonly files?: Readonly<Record<string, FileReader>>;
  /** Fields that name a stored policy: the loader replaces the path by the policy. */
  readonly policies?: readonly string[];
  create(spec: Spec): Made;
}

// biome-ignore lint/suspicious/noExplicitAny: a registry holds plugins of every spec and product.
export type AnyPlugin = Plugin<string, any, any>;

/** Looks plugins up by kind, in declared order. @throws {Error} if a kind is registered twice. */
export function registry<P extends AnyPlugin>(name: string, plugins: readonly P[]): ReadonlyMap<string, P> {
  const byKind = new Map<string, P>();
  for (const plugin of plugins) {
    if (byKind.has(plugin.kind)) throw new Error(`${name} "${plugin.kind}" is registered twice`);
    byKind.set(plugin.kind, plugin);
  }
  return byKind;
}
