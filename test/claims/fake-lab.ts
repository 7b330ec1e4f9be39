/** A lab without a simulator: its one metric is whatever the test says. */
import type { Lab } from "../../src/claims/lab.ts";
import type { LoadedSpec } from "../../src/experiment/run.ts";

/** Every run of seed s measures `x_s` as `xOf(s)`. */
export function fakeLab(xOf: (seed: number) => number): Lab & { readonly played: number[] } {
  const played: number[] = [];
  return {
    played,
    load: () => ({}) as LoadedSpec,
    play: async (_, seeds) => {
      played.push(...seeds);
      return seeds.map((seed) => ({ seed, metrics: { x_s: xOf(seed) }, identities: {}, eventLogHash: "", tables: {} }));
    },
  };
}
