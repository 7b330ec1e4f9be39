/** What a placement is made from, and what it is: which replica stands on which GPUs. */
import type { GpuKindSpec } from "../gpu-kind.ts";
import { gpuName, type ModelKindSpec } from "../model-kind.ts";
import type { Part } from "../partition.ts";
import { type Split, splitInto, splitProblem } from "../shards.ts";

/** A GPU that may be used. */
export interface Slot {
  /** Its place among those of the fleet. */
  readonly index: number;
  /** The place of its server. */
  readonly server: number;
  readonly name: string;
  readonly kindName: string;
  readonly kind: GpuKindSpec;
  /** At the start. */
  readonly clockHz: number;
  /** The most that the board may draw, W; absent: no cap. */
  readonly powerCapW?: number | undefined;
}

export interface PlannedReplica {
  /** The model's place in its workload. */
  readonly model: number;
  /** Of its stages in order: places among the fleet's GPUs, all of one server. */
  readonly gpus: readonly number[];
}

export const roomB = ({ memory, overhead }: GpuKindSpec): number => memory - overhead;

/** What GPUs have of a workload's models: the whole, stages or shards. */
export class PartTable {
  readonly models: readonly ModelKindSpec[];

  readonly #split: Split;

  constructor(models: readonly ModelKindSpec[], split: Split = "stages") {
    this.models = models;
    this.#split = split;
  }

  /** Stages of a model on GPUs like `slot`, or undefined where it cannot run there so. */
  of(model: number, { kindName, kind }: Pick<Slot, "kindName" | "kind">, stages: number): readonly Part[] | undefined {
    const spec = this.models[model] as ModelKindSpec;
    const runs = spec.latency[gpuName(kindName)] !== undefined;
    if (!runs || splitProblem(this.#split, spec, { name: kindName, kind }, stages) !== undefined) return undefined;
    return splitInto(this.#split, spec, kind, stages);
  }
}

/** GPUs of each server, in order of the fleet. */
export function byServer(slots: readonly Slot[]): readonly (readonly Slot[])[] {
  const servers = new Map<number, Slot[]>();
  for (const slot of slots) servers.set(slot.server, [...(servers.get(slot.server) ?? []), slot]);
  return [...servers.values()];
}
