/** Which seeds a command line asks for. */
import { readSeedList } from "../scenario/seed-list.ts";
import { type Args, wholeNumber } from "./command.ts";
import { UsageError } from "./usage-error.ts";

/** `1..20`, `1,3,5`, or both: `1..3,7`. @throws {UsageError} for anything else, and for a seed that comes twice. */
export function parseSeeds(text: string): readonly number[] {
  const read = readSeedList(text);
  if (!read.ok) throw new UsageError(`--seeds ${read.message}.`);
  return read.seeds;
}

/** The flags' seeds, or undefined where only the scenario can say. */
export function seedsOf(args: Args): readonly number[] | undefined {
  const seed = args.texts.get("seed");
  const seeds = args.texts.get("seeds");
  if (seed !== undefined && seeds !== undefined) throw new UsageError("--seed and --seeds exclude each other.");
  if (seed !== undefined) return [wholeNumber(seed, "--seed", 0)];
  return seeds === undefined ? undefined : parseSeeds(seeds);
}
