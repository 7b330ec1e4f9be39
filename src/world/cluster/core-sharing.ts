/** Weighted max-min fair sharing of a server's cores. Hot: bench/run.ts. */
import type { Container } from "./container.ts";

/**
 * Writes `cores` of each container: no container gets more than it can use, nobody can gain but at the cost of one that is
 * worse off for its weight. Returns the sum, never above `coreCount`.
 * Water-filling in rounds: each round gives every open container its share by weight and closes those that need less.
 */
export function shareCores(containers: readonly Container[], coreCount: number): number {
  let demand = 0;
  for (let i = 0; i < containers.length; i++) {
    const c = containers[i] as Container;
    c.cores = c.demandCores;
    demand += c.cores;
  }
  if (demand <= coreCount) return demand;
  let left = coreCount;
  let openWeight = 0;
  for (let i = 0; i < containers.length; i++) {
    const c = containers[i] as Container;
    openWeight += c.weight;
    c.cores = OPEN;
  }
  for (let closed = true; closed; ) {
    closed = false;
    const perWeight = left / openWeight; // this round's offer, the same for all
    for (let i = 0; i < containers.length; i++) {
      const c = containers[i] as Container;
      if (c.cores === OPEN && c.demandCores <= perWeight * c.weight) {
        c.cores = c.demandCores;
        left -= c.cores;
        openWeight -= c.weight;
        closed = true;
      }
    }
  }
  for (let i = 0; i < containers.length; i++) {
    const c = containers[i] as Container;
    if (c.cores === OPEN) c.cores = (left / openWeight) * c.weight;
  }
  return coreCount; // saturated: the parts may miss the whole by an ulp
}

/** Cores that `mine` would get of `coreCount` if it wanted as many as it may have, and the others what they want now. */
export function coresWithin(containers: readonly Container[], coreCount: number, mine: Container): number {
  const wanted = Math.min(mine.capCores, coreCount);
  let demand = wanted;
  for (let i = 0; i < containers.length; i++) if (containers[i] !== mine) demand += (containers[i] as Container).demandCores;
  if (demand <= coreCount) return wanted;
  // As above: whoever needs less than its share by weight gets that; the rest is shared among the others.
  let open = containers.filter((each) => each === mine || each.demandCores > 0);
  let left = coreCount;
  for (;;) {
    const perWeight = left / open.reduce((sum, { weight }) => sum + weight, 0);
    const needOf = (each: Container): number => (each === mine ? wanted : each.demandCores);
    const closed = open.filter((each) => needOf(each) <= perWeight * each.weight);
    if (closed.includes(mine)) return wanted;
    if (closed.length === 0) return perWeight * mine.weight;
    left -= closed.reduce((sum, each) => sum + needOf(each), 0);
    open = open.filter((each) => !closed.includes(each));
  }
}

/** Marks a container whose share is not settled yet. */
const OPEN = -1;
