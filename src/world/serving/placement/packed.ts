/** Replicas share GPUs: first fit decreasing by memory. */
import type { ModelKindSpec } from "../model-kind.ts";
import type { Part } from "../partition.ts";
import { byServer, type PartTable, type PlannedReplica, roomB, type Slot } from "./plan.ts";

export interface Wanted {
  readonly model: number;
  readonly stages: number;
}

export interface Packing {
  readonly replicas: readonly PlannedReplica[];
  /** The first that found no place, and the most that was left for it on a GPU without its model; undefined where each that it may use has one. */
  readonly missed?: { readonly model: number; readonly leftB: number | undefined };
}

/**
 * The largest weights first, those declared first of equals: each on the first server of which enough GPUs have room for its stages and
 * none a replica of the same model.
 */
export function packReplicas(wanted: readonly Wanted[], slots: readonly Slot[], table: PartTable): Packing {
  const free = new Map(slots.map((slot) => [slot, roomB(slot.kind)]));
  const holds = new Map(slots.map((slot) => [slot, new Set<number>()]));
  const isOpen = (slot: Slot, model: number): boolean => holds.get(slot)?.has(model) === false;
  const servers = byServer(slots);
  const weights = ({ model }: Wanted): number => (table.models[model] as ModelKindSpec).weights;
  const replicas: PlannedReplica[] = [];
  for (const { model, stages } of wanted.toSorted((a, b) => weights(b) - weights(a) || a.model - b.model)) {
    const seats = firstSeats(
      servers.map((server) => server.filter((slot) => isOpen(slot, model))),
      (slot) => table.of(model, slot, stages),
      free,
    );
    if (seats === undefined) {
      const own = slots.filter((slot) => table.of(model, slot, stages) !== undefined);
      const open = own.filter((slot) => isOpen(slot, model));
      const isEverywhere = own.length > 0 && open.length === 0;
      const leftB = isEverywhere ? undefined : Math.max(0, ...open.map((slot) => free.get(slot) as number));
      return { replicas, missed: { model, leftB } };
    }
    for (const { slot, part } of seats) {
      free.set(slot, (free.get(slot) as number) - part.weightsB);
      holds.get(slot)?.add(model);
    }
    replicas.push({ model, gpus: seats.map(({ slot }) => slot.index) });
  }
  return { replicas: replicas.toSorted((a, b) => a.model - b.model) };
}

interface Seat {
  readonly slot: Slot;
  readonly part: Part;
}

/** On the first server that has them: for each part in order the first GPU with room for it that no other part has. */
function firstSeats(
  servers: readonly (readonly Slot[])[],
  partsOn: (slot: Slot) => readonly Part[] | undefined,
  free: ReadonlyMap<Slot, number>,
): readonly Seat[] | undefined {
  for (const server of servers) {
    const parts = server[0] === undefined ? undefined : partsOn(server[0]);
    if (parts === undefined) continue;
    const seats: Seat[] = [];
    for (const part of parts) {
      const slot = server.find((each) => seats.every((seat) => seat.slot !== each) && part.weightsB <= (free.get(each) as number));
      if (slot !== undefined) seats.push({ slot, part });
    }
    if (seats.length === parts.length) return seats;
  }
  return undefined;
}
