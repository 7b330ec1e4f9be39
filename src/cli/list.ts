/** `cybertwin list [kinds]` */
import { z } from "zod";
import type { Command } from "./command.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { KindList, Listed } from "./engine.ts";
import { EXIT } from "./exit-code.ts";
import { UsageError } from "./usage-error.ts";

export const list: Command = {
  words: { usage: "[kinds]", min: 0, max: 1 },
  options: { format: { type: "choice", doc: "What to print", choices: ["table", "json"], default: "table" } },
  async run(args, io, engine) {
    const lists = await engine.kinds();
    const [wanted] = args.words;
    const shown = wanted === undefined ? lists : lists.filter(({ name }) => name === wanted);
    if (shown.length === 0) {
      const names = lists.map(({ name }) => name);
      throw new UsageError(`There are no kinds "${wanted}".${didYouMean(wanted ?? "", names)}`, `There are: ${names.join(", ")}.`);
    }
    const isJson = args.texts.get("format") === "json";
    io.out(isJson ? listsJson(engine.version, shown) : `${shown.map(section).join("\n\n")}\n`);
    return EXIT.good;
  },
};

function section({ name, plugins }: KindList): string {
  const width = Math.max(0, ...plugins.map(({ kind }) => kind.length));
  const lines = plugins.map((plugin) => `  ${plugin.kind.padEnd(width)}  ${plugin.doc}${fieldLine(plugin, width)}`);
  return [name, ...lines].join("\n");
}

function fieldLine(plugin: Listed, width: number): string {
  const fields = fieldsOf(plugin).map(({ name, required, default: value }) => {
    return value === undefined ? `${name}${required ? "" : "?"}` : `${name}=${JSON.stringify(value)}`;
  });
  const line = plugin.more ?? (fields.length === 0 ? undefined : `{ ${fields.join(", ")} }`);
  return line === undefined ? "" : `\n  ${" ".repeat(width)}  ${line}`;
}

function listsJson(version: string, lists: readonly KindList[]): string {
  const shown = lists.map(({ name, plugins }) => ({
    name,
    kinds: plugins.map((plugin) => {
      const { kind, doc, more } = plugin;
      return { kind, doc, ...(more === undefined ? { fields: fieldsOf(plugin) } : { more }) };
    }),
  }));
  return `${JSON.stringify({ cybertwin: version, lists: shown }, null, 2)}\n`;
}

interface ListedField {
  readonly name: string;
  /** It may not be left out. */
  readonly required: boolean;
  readonly default?: unknown;
}
interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly default?: unknown }>>;
  readonly required?: readonly string[];
}

function fieldsOf({ schema }: Listed): readonly ListedField[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as ObjectSchema;
  return Object.entries(properties)
    .filter(([name]) => name !== "kind")
    .map(([name, { default: value }]) => {
      return { name, required: required.includes(name), ...(value !== undefined && { default: value }) };
    });
}
