/** `cybertwin list [kinds]` */
import { z } from "zod";
import type { Command } from "./command.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { KindList, Listed } from "./engine.ts";
import { EXIT } from "./exit-code.ts";
import { UsageError } from "./usage-error.ts";

export const list: Command = {
  words: { usage: "[kinds]", min: 0, max: 1 },
  options: {},
  async run(args, io, engine) {
    const lists = await engine.kinds();
    const [wanted] = args.words;
    const shown = wanted === undefined ? lists : lists.filter(({ name }) => name === wanted);
    if (shown.length === 0) {
      const names = lists.map(({ name }) => name);
      throw new UsageError(`There are no kinds "${wanted}".${didYouMean(wanted ?? "", names)}`, `There are: ${names.join(", ")}.`);
    }
    io.out(`${shown.map(section).join("\n\n")}\n`);
    return EXIT.good;
  },
};

function section({ name, plugins }: KindList): string {
  const width = Math.max(0, ...plugins.map(({ kind }) => kind.length));
  const lines = plugins.map((plugin) => `  ${plugin.kind.padEnd(width)}  ${plugin.doc}${fieldLine(plugin, width)}`);
  return [name, ...lines].join("\n");
}

function fieldLine(plugin: Listed, width: number): string {
  const fields = fieldsOf(plugin);
  return fields.length === 0 ? "" : `\n  ${" ".repeat(width)}  { ${fields.join(", ")} }`;
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly default?: unknown }>>;
  readonly required?: readonly string[];
}

/** `name`, `name?` where it may be left out, `name=default` where there is one. */
function fieldsOf({ schema }: Listed): readonly string[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as ObjectSchema;
  return Object.entries(properties)
    .filter(([name]) => name !== "kind")
    .map(([name, field]) => {
      if (field.default !== undefined) return `${name}=${JSON.stringify(field.default)}`;
      return required.includes(name) ? name : `${name}?`;
    });
}
