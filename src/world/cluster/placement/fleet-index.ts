/** Where does this fit? Answers of all place rules, over free cores (in thousandths) and free memory of a set of servers. */
import type { Rng } from "../../../kernel/index.ts";
import type { ServerId } from "../../base/id.ts";
import type { FleetColumns, FleetIndex, Need } from "../ports.ts";
import { FirstFitTree } from "./first-fit-tree.ts";
import { milliCores } from "./milli-cores.ts";
import { ServerOrder } from "./server-order.ts";
import { NONE } from "./treap.ts";

export interface FleetServer {
  readonly id: ServerId;
  readonly cores: number;
  readonly memoryB: number;
  readonly idleW: number;
  readonly peakW: number;
}

/** More than any server's cores in thousandths, so that tier x this + cores orders by tier, then cores. */
const TIER = 0x1_0000_0000;
/** Tries per server before `sample` lists all that fit; it then lists few, for where many fit a try succeeds. */
const SAMPLE_TRIES = 16;

/**
 * Each search structure is built when first asked for, so an update pays only for the rules in use: O(log n) each.
 * Servers with less than nothing free (a service grew beyond its request) take nothing.
 */
export class ServerFleetIndex implements FleetIndex {
  readonly #ids: readonly ServerId[];
  readonly #slotOf: Int32Array;
  readonly #columns: MutableColumns;
  readonly #milliCores: Int32Array;
  readonly #memoryB: Float64Array;
  readonly #takesWork: Uint8Array;
  #byId: FirstFitTree | undefined;
  #byFree: ServerOrder | undefined;
  #byPower: ServerOrder | undefined;
  /** Position of each server's watts per core among the distinct values; built with `#byPower`. */
  #tier: Int32Array | undefined;

  /** @param servers in ascending order of ids, all open and free; a site's index takes the site's servers alone. */
  constructor(servers: readonly FleetServer[]) {
    this.#ids = servers.map((server) => server.id);
    const idEnd = servers.reduce((end, { id }) => {
      if (id < end) throw new Error(`server ${id} is out of order`);
      return id + 1;
    }, 0);
    this.#slotOf = new Int32Array(idEnd).fill(NONE);
    this.#columns = columnsOf(servers, idEnd);
    this.#milliCores = Int32Array.from(servers, ({ cores }) => milliCores(cores));
    this.#memoryB = Float64Array.from(servers, ({ memoryB }) => memoryB);
    this.#takesWork = new Uint8Array(servers.length).fill(1);
    for (const [slot, { id }] of servers.entries()) this.#slotOf[id] = slot;
  }

  has(server: ServerId): boolean {
    return server < this.#slotOf.length && this.#slotOf[server] !== NONE;
  }

  /** @throws {Error} if the server is not in this index. */
  update(server: ServerId, freeCores: number, freeMemoryB: number, open: boolean): void {
    if (!this.has(server)) throw new Error(`server ${server} is not in this index`);
    const slot = this.#slotOf[server] as number;
    this.#columns.freeCores[server] = freeCores;
    this.#columns.freeMemoryB[server] = freeMemoryB;
    this.#columns.open[server] = open ? 1 : 0;
    const milli = milliCores(freeCores);
    const takesWork = open && milli >= 0 && freeMemoryB >= 0 ? 1 : 0;
    if (this.#milliCores[slot] === milli && this.#memoryB[slot] === freeMemoryB && this.#takesWork[slot] === takesWork) return;
    this.#milliCores[slot] = milli;
    this.#memoryB[slot] = freeMemoryB;
    this.#takesWork[slot] = takesWork;
    if (this.#byId !== undefined) this.#enter(this.#byId, slot);
    if (this.#byFree !== undefined) this.#enter(this.#byFree, slot);
    if (this.#byPower !== undefined) this.#enter(this.#byPower, slot, this.#tier);
  }

  firstFit(need: Need): ServerId | undefined {
    this.#byId ??= this.#filled(new FirstFitTree(this.#ids.length));
    return this.#idAt(this.#byId.first(milliCores(need.cores), need.memoryB));
  }

  bestFit(need: Need): ServerId | undefined {
    return this.#idAt(this.#freeOrder().first(milliCores(need.cores), need.memoryB));
  }

  worstFit(need: Need): ServerId | undefined {
    const order = this.#freeOrder();
    const last = order.last(need.memoryB);
    if (last === NONE || order.sizeOf(last) < milliCores(need.cores)) return undefined;
    return this.#idAt(order.first(order.sizeOf(last), order.memoryOf(last))); // the lowest id among equals of the last
  }

  leastPower(need: Need): ServerId | undefined {
    this.#tier ??= powerTiers(this.#ids, this.#columns);
    this.#byPower ??= this.#filled(new ServerOrder(this.#ids.length), this.#tier);
    const cores = milliCores(need.cores);
    for (let tier = 0; ; ) {
      const slot = this.#byPower.first(tier * TIER + cores, need.memoryB);
      if (slot === NONE) return undefined;
      const found = this.#tier[slot] as number;
      if (found === tier) return this.#idAt(slot);
      tier = found; // of a later tier it may have too few cores: ask again there
    }
  }

  sample(count: number, need: Need, rng: Rng): readonly ServerId[] {
    const order = this.#freeOrder();
    const cores = milliCores(need.cores);
    if (order.first(cores, need.memoryB) === NONE) return [];
    const candidates = order.countFrom(cores);
    const chosen: number[] = [];
    for (let tries = SAMPLE_TRIES * count; tries > 0 && chosen.length < count; tries--) {
      const slot = order.nth(order.size - candidates + rng.int(candidates));
      if (order.memoryOf(slot) >= need.memoryB && !chosen.includes(slot)) chosen.push(slot);
    }
    if (chosen.length < count) this.#sampleListed(count, need, rng, chosen);
    return chosen.map((slot) => this.#ids[slot] as ServerId);
  }

  columns(): Readonly<FleetColumns> {
    return this.#columns;
  }

  #sampleListed(count: number, need: Need, rng: Rng, chosen: number[]): void {
    const fitting: number[] = [];
    this.#freeOrder().collect(milliCores(need.cores), need.memoryB, fitting);
    const rest = fitting.filter((slot) => !chosen.includes(slot));
    while (chosen.length < count && rest.length > 0) {
      const [slot] = rest.splice(rng.int(rest.length), 1);
      chosen.push(slot as number);
    }
  }

  #freeOrder(): ServerOrder {
    this.#byFree ??= this.#filled(new ServerOrder(this.#ids.length));
    return this.#byFree;
  }

  #filled<T extends FirstFitTree | ServerOrder>(structure: T, tier?: Int32Array): T {
    for (let slot = 0; slot < this.#ids.length; slot++) this.#enter(structure, slot, tier);
    return structure;
  }

  #enter(structure: FirstFitTree | ServerOrder, slot: number, tier?: Int32Array): void {
    if (this.#takesWork[slot] === 0) structure.drop(slot);
    else {
      const base = tier === undefined ? 0 : (tier[slot] as number) * TIER;
      structure.put(slot, base + (this.#milliCores[slot] as number), this.#memoryB[slot] as number);
    }
  }

  #idAt(slot: number): ServerId | undefined {
    return slot === NONE ? undefined : (this.#ids[slot] as ServerId);
  }
}

type MutableColumns = { readonly [Column in keyof FleetColumns]: Column extends "open" ? Uint8Array : Float64Array };

function columnsOf(servers: readonly FleetServer[], idEnd: number): MutableColumns {
  const column = (read: (server: FleetServer) => number): Float64Array => {
    const values = new Float64Array(idEnd);
    for (const server of servers) values[server.id] = read(server);
    return values;
  };
  return {
    freeCores: column((server) => server.cores),
    freeMemoryB: column((server) => server.memoryB),
    open: Uint8Array.from(column(() => 1)),
    cores: column((server) => server.cores),
    memoryB: column((server) => server.memoryB),
    idleW: column((server) => server.idleW),
    peakW: column((server) => server.peakW),
  };
}

function powerTiers(ids: readonly ServerId[], columns: MutableColumns): Int32Array {
  const slopes = ids.map((id) => ((columns.peakW[id] as number) - (columns.idleW[id] as number)) / (columns.cores[id] as number));
  const tierOf = new Map([...new Set(slopes)].sort((a, b) => a - b).map((slope, tier) => [slope, tier]));
  return Int32Array.from(slopes, (slope) => tierOf.get(slope) as number);
}
