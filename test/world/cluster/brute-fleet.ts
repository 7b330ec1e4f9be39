/** The plain reading of FleetIndex: look at every server, sort, take. The oracle for the real index. */
import type { Rng } from "../../../src/kernel/index.ts";
import type { ServerId } from "../../../src/world/base/id.ts";
import type { FleetColumns, FleetIndex, Need } from "../../../src/world/cluster/ports.ts";

export class BruteFleet implements FleetIndex {
  readonly #columns: FleetColumns;

  constructor(columns: FleetColumns) {
    this.#columns = columns;
  }

  firstFit(need: Need): ServerId | undefined {
    return this.fitting(need).sort((a, b) => a - b)[0];
  }

  bestFit(need: Need): ServerId | undefined {
    return this.fitting(need)[0];
  }

  worstFit(need: Need): ServerId | undefined {
    return this.fitting(need).sort((a, b) => this.#milli(b) - this.#milli(a) || this.#memoryB(b) - this.#memoryB(a) || a - b)[0];
  }

  leastPower(need: Need): ServerId | undefined {
    const { idleW, peakW, cores } = this.#columns;
    const slope = (id: ServerId): number => (num(peakW, id) - num(idleW, id)) / num(cores, id);
    return this.fitting(need).sort((a, b) => slope(a) - slope(b))[0]; // stable: best-fit order among equals
  }

  sample(count: number, need: Need, rng: Rng): readonly ServerId[] {
    if (this.fitting(need).length === 0) return [];
    const roomy = this.fitting({ cores: need.cores, memoryB: 0 });
    const chosen: ServerId[] = [];
    for (let tries = 16 * count; tries > 0 && chosen.length < count; tries--) {
      const id = roomy[rng.int(roomy.length)] as ServerId;
      if (this.#memoryB(id) >= need.memoryB && !chosen.includes(id)) chosen.push(id);
    }
    const rest = this.fitting(need).filter((id) => !chosen.includes(id));
    while (chosen.length < count && rest.length > 0) chosen.push(rest.splice(rng.int(rest.length), 1)[0] as ServerId);
    return chosen;
  }

  columns(): FleetColumns {
    return this.#columns;
  }

  /** All that fit, in the order of best-fit. */
  fitting(need: Need): ServerId[] {
    const fits = (id: ServerId): boolean =>
      num(this.#columns.open, id) === 1 &&
      this.#milli(id) >= Math.max(0, Math.round(need.cores * 1000)) &&
      this.#memoryB(id) >= Math.max(0, need.memoryB);
    const ids = Array.from(this.#columns.open, (_, id) => id as ServerId).filter(fits);
    return ids.sort((a, b) => this.#milli(a) - this.#milli(b) || this.#memoryB(a) - this.#memoryB(b) || a - b);
  }

  #milli(id: ServerId): number {
    return Math.round(num(this.#columns.freeCores, id) * 1000);
  }

  #memoryB(id: ServerId): number {
    return num(this.#columns.freeMemoryB, id);
  }
}

/** Columns that no later update reaches. */
export function frozenCopy(columns: FleetColumns): FleetColumns {
  const copied = Object.entries(columns).map(([name, values]) => [name, Float64Array.from(values as ArrayLike<number>)]);
  return Object.fromEntries(copied) as FleetColumns;
}

function num(column: ArrayLike<number>, id: ServerId): number {
  return column[id] as number;
}
