/** The fleet as a placer sees it through telemetry: scraped, late, sometimes lost. A bad choice comes back as a refusal. */
import { PHASE, type Rng } from "../kernel/index.ts";
import type { BatchPool } from "../world/cluster/batch-pool.ts";
import type { ServerFleetIndex } from "../world/cluster/placement/fleet-index.ts";
import type { World } from "../world/world.ts";

export interface MirrorOptions {
  readonly mirror: ServerFleetIndex;
  readonly scrapeS: number;
  readonly delayS: number;
  readonly loss: number;
}

/** Copies the pool's truth into the mirror at every scrape, `delayS` later, and lets the pool look again. */
export function startMirror(world: World, pool: BatchPool, options: MirrorOptions, rng: Rng): void {
  const { simulation } = world;
  const { mirror, scrapeS, delayS, loss } = options;
  let scrapes = 0;
  const scrape = (): void => {
    simulation.scheduleAt(++scrapes * scrapeS, PHASE.sample, scrape);
    if (rng.uniform() < loss) return;
    const { freeCores, freeMemoryB, open } = pool.index.columns();
    const seen = { freeCores: Float64Array.from(freeCores), freeMemoryB: Float64Array.from(freeMemoryB), open: Uint8Array.from(open) };
    simulation.schedule(delayS, PHASE.sample, () => {
      for (const server of world.servers) {
        if (!pool.has(server)) continue;
        const { id } = server;
        mirror.update(id, seen.freeCores[id] as number, seen.freeMemoryB[id] as number, seen.open[id] === 1);
      }
      for (const server of world.servers) if (pool.has(server)) pool.dispatch(server);
    });
  };
  scrape();
}
