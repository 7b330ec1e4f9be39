/** What a command is: words and options it takes, and what it does with them. */
import type { Engine } from "./engine.ts";
import type { Io } from "./io.ts";
import { UsageError } from "./usage-error.ts";

export type Option =
  | { readonly type: "switch"; readonly doc: string }
  | { readonly type: "text"; readonly doc: string; readonly example: string }
  | { readonly type: "texts"; readonly doc: string; readonly example: string } // may be given several times
  | { readonly type: "choice"; readonly doc: string; readonly choices: readonly string[]; readonly default: string };

export interface Words {
  /** As the help shows them: `<scenario.yaml>`, `[kinds]`. */
  readonly usage: string;
  readonly min: number;
  readonly max: number;
}

export interface Args {
  readonly words: readonly string[];
  readonly switches: ReadonlySet<string>;
  /** Options of type text and choice, defaults filled in. */
  readonly texts: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

export interface Command {
  readonly words: Words;
  readonly options: Readonly<Record<string, Option>>;
  /** @returns the exit code. @throws {UsageError} and errors with `problems` for what the user did wrong. */
  run(args: Args, io: Io, engine: Engine): Promise<number>;
}

/** @throws {UsageError} unless `text` is a whole number of at least `min`. */
export function wholeNumber(text: string, what: string, min: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < min) {
    throw new UsageError(`${what} must be a whole number of at least ${min}, got "${text}".`);
  }
  return value;
}
