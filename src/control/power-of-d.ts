import { z } from "zod";
import type { Rng } from "../kernel/index.ts";
import type { ReplicaIndex, RouteRule } from "../world/cluster/ports.ts";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({ kind: z.literal("power-of-d"), d: z.int().min(1).max(64).default(2) });

/** @see Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12(10), 2001. */
export const powerOfD: ControllerPlugin<"route", z.infer<typeof schema>> = {
  kind: "power-of-d",
  doc: "Route rule: of d different replicas drawn at random the one with the fewest requests, ties at random; d + 1 draws a request.",
  decides: "route",
  target: "requests",
  oracles: [],
  needsOracle: false,
  schema,
  create: ({ d }) => leastLoadedOf(d),
};

function leastLoadedOf(d: number): RouteRule {
  const picks: number[] = []; // reused: a request allocates nothing
  return {
    kind: "route",
    choose: (_request, replicas, rng) => {
      pickDifferent(d, replicas.count, rng, picks);
      keepLeastLoaded(picks, replicas);
      return picks[rng.int(picks.length)] as number;
    },
  };
}

/**
 * A uniform subset of min(d, count) positions, by exactly d draws.
 * @see Floyd's algorithm in Bentley, "Programming Pearls: A Sample of Brilliance", CACM 30(9), 1987.
 */
function pickDifferent(d: number, count: number, rng: Rng, picks: number[]): void {
  picks.length = 0;
  for (let end = count - d + 1; end <= count; end++) {
    const position = rng.int(Math.max(1, end));
    if (end >= 1) picks.push(picks.includes(position) ? end - 1 : position);
  }
}

function keepLeastLoaded(picks: number[], replicas: ReplicaIndex): void {
  let least = Number.POSITIVE_INFINITY;
  let kept = 0;
  for (const position of picks) {
    const load = replicas.loadOf(position);
    if (load > least) continue;
    if (load < least) kept = 0;
    least = load;
    picks[kept++] = position;
  }
  picks.length = kept;
}
