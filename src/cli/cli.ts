/** From words to an exit code: finds the command, loads it, turns errors into messages. */
import { EnvError } from "../learn/env-error.ts";
import { COMMANDS } from "./commands.ts";
import type { Engine } from "./engine.ts";
import { BUG, EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { packageVersion } from "./package-root.ts";
import { fileFault, isProblemsError, UsageError } from "./usage-error.ts";

/** Runs one command line. Never throws; never exits the process. */
export async function runCli(argv: readonly string[], io: Io, loadEngine: () => Promise<Engine>): Promise<number> {
  try {
    return await dispatch(argv, io, loadEngine);
  } catch (error) {
    if (error instanceof UsageError) {
      io.err(`${error.message}${error.hint === undefined ? "" : ` ${error.hint}`}\n`);
      return EXIT.input;
    }
    if (error instanceof EnvError) {
      io.err(`${error.message}.\n`);
      return EXIT.input;
    }
    if (isProblemsError(error)) {
      io.err(`${error.message}\n`);
      return EXIT.input;
    }
    const fault = fileFault(error);
    if (fault !== undefined) {
      io.err(`${fault}\n`);
      return EXIT.input;
    }
    io.err(`${error instanceof Error ? error.stack : String(error)}\n\n${BUG}`);
    return EXIT.bug;
  }
}

async function dispatch(argv: readonly string[], io: Io, loadEngine: () => Promise<Engine>): Promise<number> {
  const [name = "--help", ...rest] = argv;
  if (name === "--help" || name === "-h" || name === "help") {
    io.out(topHelp());
    return EXIT.good;
  }
  if (name === "--version") {
    io.out(`${packageVersion()}\n`);
    return EXIT.good;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) {
    const { didYouMean } = await import("./did-you-mean.ts");
    throw new UsageError(`Unknown command "${name}".${didYouMean(name, Object.keys(COMMANDS))}`, "See `cybertwin --help`.");
  }
  const [{ parse }, command] = await Promise.all([import("./parse.ts"), entry.load()]);
  const parsed = await parse(name, entry.doc, command, rest);
  if (parsed.kind === "args") return command.run(parsed.args, io, await loadEngine());
  io.out(parsed.text);
  return EXIT.good;
}

function topHelp(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, { doc }]) => `  ${name.padEnd(width)}  ${doc}`);
  return `cybertwin <command>

${lines.join("\n")}

  --version  Print the version
  --help     Print this; after a command, its options

Exit codes: 0 good, 1 measured short of what was expected, 2 wrong input, 3 a bug of ours, 130 interrupted.
`;
}
