/** Reads the words after a command's name, with yargs, into `Args`. */
import yargs, { type Options } from "yargs";
import type { Args, Command, Option } from "./command.ts";
import { didYouMean } from "./did-you-mean.ts";
import { UsageError } from "./usage-error.ts";

export type Parsed = { readonly kind: "args"; readonly args: Args } | { readonly kind: "help"; readonly text: string };

export async function parse(name: string, summary: string, command: Command, argv: readonly string[]): Promise<Parsed> {
  const hint = `See \`cybertwin ${name} --help\`.`;
  const parser = yargs()
    .scriptName(`cybertwin ${name}`)
    .usage(`cybertwin ${name} ${command.words.usage}`.trimEnd())
    .usage(`\n${summary}`)
    .parserConfiguration({ "dot-notation": false, "camel-case-expansion": false, "parse-numbers": false, "boolean-negation": false })
    .locale("en")
    .version(false)
    .exitProcess(false)
    .fail((message, error) => {
      throw message ? new UsageError(`${message.trim().replaceAll(/\s*\n\s*/g, " ")}.`, hint) : error;
    });
  for (const [key, option] of Object.entries(command.options)) parser.option(key, toYargs(option));
  let help = "";
  const raw = (await parser.parse([...argv], {}, (_error, _argv, output) => {
    help = output;
  })) as Readonly<Record<string, unknown>>;
  if (help !== "") return { kind: "help", text: `${help}\n` };
  return { kind: "args", args: toArgs(raw, command, hint) };
}

function toYargs(option: Option): Options {
  switch (option.type) {
    case "switch":
      return { type: "boolean", describe: option.doc };
    case "text":
    case "texts":
      return { type: "string", requiresArg: true, describe: `${option.doc}, as ${option.example}` };
    case "choice":
      return { type: "string", requiresArg: true, describe: option.doc, choices: option.choices, default: option.default };
  }
}

function toArgs(raw: Readonly<Record<string, unknown>>, command: Command, hint: string): Args {
  const known = Object.keys(command.options);
  for (const key of Object.keys(raw)) {
    if (key === "_" || key === "$0" || known.includes(key)) continue;
    const dashes = key.length === 1 ? "-" : "--";
    throw new UsageError(`Unknown option ${dashes}${key}.${didYouMean(key, known)}`, hint);
  }
  const words = (raw._ as readonly (string | number)[]).map(String);
  const { min, max, usage } = command.words;
  if (words.length < min) throw new UsageError(`Missing ${usagesOf(usage).slice(words.length).join(" ")}.`, hint);
  if (words.length > max) throw new UsageError(`Unexpected "${words[max]}".`, hint);
  const args = { words, switches: new Set<string>(), texts: new Map<string, string>(), lists: new Map<string, readonly string[]>() };
  for (const [key, option] of Object.entries(command.options)) collect(args, key, option, raw[key], hint);
  return args;
}

/** `serve <scenario.yaml | task>`, word by word. */
function usagesOf(usage: string): readonly string[] {
  return usage.match(/<[^>]*>\S*|\[[^\]]*\]\S*|\S+/g) ?? [];
}

function collect(
  args: { switches: Set<string>; texts: Map<string, string>; lists: Map<string, readonly string[]> },
  key: string,
  option: Option,
  value: unknown,
  hint: string,
): void {
  if (option.type === "switch") {
    if (value === true || Array.isArray(value)) args.switches.add(key);
  } else if (option.type === "texts") {
    args.lists.set(key, value === undefined ? [] : Array.isArray(value) ? value : [value as string]);
  } else if (Array.isArray(value)) {
    throw new UsageError(`--${key} is given ${value.length} times.`, hint);
  } else if (value !== undefined) {
    args.texts.set(key, value as string);
  }
}
