/** Seeds as people write them: `1..20`, `1,3,5`, or both: `1..3,7`. */

const SEED_COUNT_MAX = 100_000;

export type SeedList = { readonly ok: true; readonly seeds: readonly number[] } | { readonly ok: false; readonly message: string };

/** Reads the seeds in the order of the text. The message fits after the name of what was read. */
export function readSeedList(text: string): SeedList {
  const seeds: number[] = [];
  for (const part of text.split(",")) {
    const range = readRange(part);
    if (!range.ok) return range;
    for (const seed of range.seeds) seeds.push(seed);
  }
  return new Set(seeds).size < seeds.length ? { ok: false, message: `names a seed twice: "${text}"` } : { ok: true, seeds };
}

function readRange(part: string): SeedList {
  const [first = "", last = first, ...more] = part.split("..");
  if (more.length > 0) return { ok: false, message: `must look like 1..20 or 1,3,5, got "${part}"` };
  const from = seedOf(first);
  const to = seedOf(last);
  if (from === undefined || to === undefined) {
    return { ok: false, message: `must be a whole number of at least 0, got "${from === undefined ? first : last}"` };
  }
  if (to < from) return { ok: false, message: `counts upwards, got "${part}"` };
  if (to - from >= SEED_COUNT_MAX) return { ok: false, message: `takes at most ${SEED_COUNT_MAX} seeds, got "${part}"` };
  return { ok: true, seeds: Array.from({ length: to - from + 1 }, (_, i) => from + i) };
}

function seedOf(text: string): number | undefined {
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(seed) ? seed : undefined;
}
