/** Which seeds are for what, so that nothing is judged by what it was made with. Below 1000 all are the user's own. */

export interface SeedRange {
  readonly from: number;
  /** Included. */
  readonly to: number;
}

export const OWN_SEEDS: SeedRange = { from: 0, to: 999 };

export const SEED_RANGES = {
  /** Policies learn on these. */
  training: { from: 1000, to: 1999 },
  /** Choices are made by these: hyperparameters, the best of a training's policies, settings of heuristics; and comparisons. */
  evaluation: { from: 2000, to: 2999 },
  /** Verdicts of gates. */
  gates: { from: 3000, to: 3999 },
  /** Committed figures. */
  figures: { from: 4000, to: 4999 },
} as const satisfies Readonly<Record<string, SeedRange>>;
export type SeedUse = keyof typeof SEED_RANGES;

/** The first seed that is neither the user's own nor for this use; undefined if there is none. */
export function firstForeignSeed(use: SeedUse, seeds: readonly number[]): number | undefined {
  return seeds.find((seed) => !isIn(OWN_SEEDS, seed) && !isIn(SEED_RANGES[use], seed));
}

/** The first seed of `seeds` that `others` have as well. */
export function firstSharedSeed(seeds: readonly number[], others: readonly number[]): number | undefined {
  const taken = new Set(others);
  return seeds.find((seed) => taken.has(seed));
}

/** What to say of one: `must be 1000..1999, or your own below 1000, got 2001, which is for evaluation`. */
export function foreignSeedText(use: SeedUse, seed: number): string {
  const [other] = Object.entries(SEED_RANGES).find(([, range]) => isIn(range, seed)) ?? [];
  const { from, to } = SEED_RANGES[use];
  const rule = `must be ${from}..${to}, or your own below ${OWN_SEEDS.to + 1}, got ${seed}`;
  return other === undefined ? rule : `${rule}, which is for ${other}`;
}

const isIn = ({ from, to }: SeedRange, seed: number): boolean => seed >= from && seed <= to;
