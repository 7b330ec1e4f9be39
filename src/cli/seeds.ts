/** Which seeds a command line asks for. */
import { type Args, wholeNumber } from "./command.ts";
import { UsageError } from "./usage-error.ts";

const SEED_COUNT_MAX = 100_000;

/** `1..20`, `1,3,5`, or both: `1..3,7`. @throws {UsageError} for anything else, and for a seed that comes twice. */
export function parseSeeds(text: string): readonly number[] {
  const seeds = text.split(",").flatMap(range);
  if (new Set(seeds).size < seeds.length) throw new UsageError(`--seeds names a seed twice: "${text}".`);
  return seeds;
}

function range(part: string): readonly number[] {
  const [first = "", last = first, ...more] = part.split("..");
  if (more.length > 0) throw new UsageError(`--seeds must look like 1..20 or 1,3,5, got "${part}".`);
  const from = wholeNumber(first, "--seeds", 0);
  const to = wholeNumber(last, "--seeds", 0);
  if (to < from) throw new UsageError(`--seeds counts upwards, got "${part}".`);
  if (to - from >= SEED_COUNT_MAX) throw new UsageError(`--seeds takes at most ${SEED_COUNT_MAX} seeds, got "${part}".`);
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** The flags' seeds, or undefined where only the scenario can say. */
export function seedsOf(args: Args): readonly number[] | undefined {
  const seed = args.texts.get("seed");
  const seeds = args.texts.get("seeds");
  if (seed !== undefined && seeds !== undefined) throw new UsageError("--seed and --seeds exclude each other.");
  if (seed !== undefined) return [wholeNumber(seed, "--seed", 0)];
  return seeds === undefined ? undefined : parseSeeds(seeds);
}
