/** Replicas share GPUs: first fit decreasing by memory. */
import type { Part } from "../partition.ts";
import { byServer, type PartTable, type PlannedReplica, roomB, type Slot } from "./plan.ts";

export interface Wanted {
  readonly model: number;
  readonly stages: number;
}

export interface Packing {
  readonly replicas: readonly PlannedReplica[];
  /** The first that found no place, and the most that was left for it on any GPU that it may use. */
  readonly missed?: { readonly model: number; readonly leftB: number };
}

/**
 * The largest weights first, those declared first of equals: each on the first server of which enough GPUs have room for its stages and
 * none a replica of the same model.
 */
export function packReplicas(wanted: readonly Wanted[], slots: readonly Slot[], table: PartTable): Packing {
  const free = new Map(slots.map((slot) => [slot, roomB(slot.kind)]));
  const holds = new Map(slots.map((slot) => [slot, new Set<number>()]));
  const servers = byServer(slots);
  const weights = ({ model }: Wanted): number => table.models[model]?.weights ?? 0;
  const replicas: PlannedReplica[] = [];
  for (const { model, stages } of wanted.toSorted((a, b) => weights(b) - weights(a) || a.model - b.model)) {
    let gpus: readonly Slot[] | undefined;
    for (const server of servers) {
      const parts = table.of(model, server[0] as Slot, stages);
      const open = server.filter((slot) => holds.get(slot)?.has(model) === false);
      gpus = parts === undefined ? undefined : firstWithRoom(parts, open, free);
      if (gpus !== undefined) {
        for (const [i, slot] of gpus.entries()) {
          free.set(slot, (free.get(slot) as number) - (parts?.[i] as Part).weightsB);
          holds.get(slot)?.add(model);
        }
        break;
      }
    }
    if (gpus === undefined) {
      const open = slots.filter((slot) => table.of(model, slot, stages) !== undefined && holds.get(slot)?.has(model) === false);
      return { replicas, missed: { model, leftB: Math.max(0, ...open.map((slot) => free.get(slot) as number)) } };
    }
    replicas.push({ model, gpus: gpus.map(({ index }) => index) });
  }
  return { replicas: replicas.toSorted((a, b) => a.model - b.model) };
}

/** For each part in order the first GPU with room for it that no other part has. */
function firstWithRoom(parts: readonly Part[], slots: readonly Slot[], free: ReadonlyMap<Slot, number>): readonly Slot[] | undefined {
  const chosen: Slot[] = [];
  for (const { weightsB } of parts) {
    const slot = slots.find((each) => !chosen.includes(each) && weightsB <= (free.get(each) as number));
    if (slot === undefined) return undefined;
    chosen.push(slot);
  }
  return chosen;
}
