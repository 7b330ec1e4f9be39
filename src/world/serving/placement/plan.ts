/** What a placement is made from, and what it is: which replica stands on which GPUs. */
import { type GpuKindSpec, gpuClocksHz, nominalGpuClockHz } from "../gpu-kind.ts";
import { gpuName, type ModelKindSpec } from "../model-kind.ts";
import { cutProblem, type Part, partsOf } from "../partition.ts";

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
}

export interface PlannedReplica {
  /** The model's place in its workload. */
  readonly model: number;
  /** Of its stages in order: places among the fleet's GPUs, all of one server. */
  readonly gpus: readonly number[];
}

export const roomB = ({ memory, overhead }: GpuKindSpec): number => memory - overhead;

/** Parts of models by GPU kind and number of stages, each worked out once. */
export class PartTable {
  readonly #known = new Map<string, readonly Part[] | undefined>();
  readonly models: readonly ModelKindSpec[];

  constructor(models: readonly ModelKindSpec[]) {
    this.models = models;
  }

  /** Stages of a model on GPUs like `slot`, or undefined where it cannot run there so. */
  of(model: number, { kindName, kind }: Pick<Slot, "kindName" | "kind">, stages: number): readonly Part[] | undefined {
    const key = `${model} ${stages} ${kindName}`;
    if (this.#known.has(key)) return this.#known.get(key);
    const spec = this.models[model] as ModelKindSpec;
    const runs = spec.latency[gpuName(kindName)] !== undefined && cutProblem(spec, kind, stages) === undefined;
    const parts = runs ? partsOf(spec, kind, stages) : undefined;
    this.#known.set(key, parts);
    return parts;
  }
}

/** GPUs of each server, in order of the fleet. */
export function byServer(slots: readonly Slot[]): readonly (readonly Slot[])[] {
  const servers = new Map<number, Slot[]>();
  for (const slot of slots) servers.set(slot.server, [...(servers.get(slot.server) ?? []), slot]);
  return [...servers.values()];
}

/**
 * How much of a part's time goes with the clock: c in slowdown = 1 - c + c / u, at the clock u that is closest to the kink of the voltage,
 * where a piece of arithmetic costs least; 1 for pure arithmetic, 0 for what any clock does as fast.
 */
export function sensitivityOf({ slowdownAt }: Part, kind: GpuKindSpec): number {
  const nominalHz = nominalGpuClockHz(kind);
  const kinkHz = kind.power.kink * nominalHz;
  const below = gpuClocksHz(kind).filter((hz) => hz < nominalHz);
  if (below.length === 0) return 0;
  const hz = below.reduce((best, each) => (Math.abs(each - kinkHz) < Math.abs(best - kinkHz) ? each : best));
  return (slowdownAt(hz) - 1) / (nominalHz / hz - 1);
}
