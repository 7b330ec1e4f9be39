/** Each replica has GPUs of its own. */
import type { Part } from "../partition.ts";
import { byServer, roomB, type Slot } from "./plan.ts";

/** A replica that wants GPUs. */
export interface Ask {
  /** GPUs that it spans. */
  readonly stages: number;
  /** Its stages on GPUs like this one, or undefined where it cannot run there, or may not. */
  partsOn(slot: Slot): readonly Part[] | undefined;
}

/**
 * Places of asks, in their order; undefined for one that finds none. Those that span several GPUs come first, the most of them first, each in
 * the server with the fewest free ones that suffices. Of the others each takes the free GPU with the least room, the first of equals;
 * where none is left, those before it move if that makes room (augmenting paths: Kuhn 1955), so that no place is missed.
 */
export function placeExclusive(asks: readonly Ask[], slots: readonly Slot[]): readonly (readonly number[] | undefined)[] {
  const taken = new Map<Slot, number>();
  const places: (readonly number[] | undefined)[] = asks.map(() => undefined);
  const order = asks.map((_, i) => i).toSorted((a, b) => (asks[b] as Ask).stages - (asks[a] as Ask).stages || a - b);
  for (const id of order.filter((i) => (asks[i] as Ask).stages > 1)) {
    const gpus = spanOf(asks[id] as Ask, byServer(slots.filter((slot) => !taken.has(slot))));
    for (const slot of gpus ?? []) taken.set(slot, id);
    places[id] = gpus?.map(({ index }) => index);
  }
  const singles = order.filter((i) => (asks[i] as Ask).stages === 1);
  const free = slots.filter((slot) => !taken.has(slot));
  const held = matchSingles(asks, singles, free);
  for (const [slot, id] of held) places[id] = [slot.index];
  return places;
}

/** Room for a whole model, the least first, the first of equals. */
const fitting = (ask: Ask, slots: readonly Slot[]): readonly Slot[] =>
  slots
    .filter((slot) => (ask.partsOn(slot)?.[0]?.weightsB ?? Infinity) <= roomB(slot.kind))
    .toSorted((a, b) => roomB(a.kind) - roomB(b.kind) || a.index - b.index);

function matchSingles(asks: readonly Ask[], singles: readonly number[], slots: readonly Slot[]): ReadonlyMap<Slot, number> {
  const choices = new Map(singles.map((id) => [id, fitting(asks[id] as Ask, slots)]));
  const held = new Map<Slot, number>();
  /** Finds a place for the ask, moving others where that helps. */
  const settle = (id: number, visited: Set<Slot>): boolean => {
    const wanted = choices.get(id) as readonly Slot[];
    const open = wanted.find((slot) => !held.has(slot));
    if (open !== undefined) {
      held.set(open, id);
      return true;
    }
    for (const slot of wanted) {
      if (visited.has(slot)) continue;
      visited.add(slot);
      if (!settle(held.get(slot) as number, visited)) continue;
      held.set(slot, id);
      return true;
    }
    return false;
  };
  for (const id of singles) settle(id, new Set());
  return held;
}

function spanOf(ask: Ask, servers: readonly (readonly Slot[])[]): readonly Slot[] | undefined {
  let best: readonly Slot[] | undefined;
  for (const server of servers) {
    const parts = ask.partsOn(server[0] as Slot);
    const fits = parts?.every(({ weightsB }) => weightsB <= roomB((server[0] as Slot).kind)) === true;
    if (fits && server.length >= ask.stages && (best === undefined || server.length < best.length)) best = server;
  }
  return best?.slice(0, ask.stages);
}
