/** Whether GPUs that models share can carry their mean load. */
import { makeEngine } from "../world/serving/engines.ts";
import { cappedClockHz } from "../world/serving/gpu-clock.ts";
import { activityOf, type ModelKindSpec } from "../world/serving/model-kind.ts";
import type { Part } from "../world/serving/partition.ts";
import type { PartTable, PlannedReplica, Slot } from "../world/serving/placement/plan.ts";
import { type Demand, meanAloneS } from "./demand.ts";
import type { Findings } from "./findings.ts";
import type { ServingSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

export interface SharedLoad {
  readonly path: Path;
  readonly serving: ServingSpec;
  readonly names: readonly string[];
  readonly kinds: readonly ModelKindSpec[];
  readonly demands: readonly Demand[];
  readonly table: PartTable;
  /** Of the whole fleet, in its order. */
  readonly slots: readonly Slot[];
  readonly planned: readonly PlannedReplica[];
  /** The kind of the rule that routes requests. */
  readonly route: string;
}

/** Rules of routes that give each replica the same part of the requests. */
const EQUAL_ROUTES: readonly string[] = ["random", "round-robin"];

/**
 * The busiest GPU must not have more to do than full batches get done, where requests go to a model's replicas in equal parts. Under
 * a rule that looks at their load, and for a trace, too much is only odd.
 */
export function checkSharedLoad(load: SharedLoad, findings: Findings): void {
  const { path, serving, names, demands, planned, slots, route } = load;
  if (serving.queueLimit !== undefined) return;
  const byGpu = new Map<number, { readonly model: number; readonly places: number }[]>();
  for (const { model, gpus } of planned) {
    const replicas = planned.filter((each) => each.model === model).length;
    const perS = (demands[model] as Demand).perS / replicas;
    for (const [stage, gpu] of gpus.entries()) {
      const resident = { model, places: perS * stageS(load, model, slots[gpu] as Slot, { stage, stages: gpus.length }) };
      byGpu.set(gpu, [...(byGpu.get(gpu) ?? []), resident]);
    }
  }
  const { maxBatch } = makeEngine(serving.engine);
  const totals = [...byGpu].map(([gpu, residents]) => ({ gpu, residents, places: residents.reduce((sum, each) => sum + each.places, 0) }));
  const worst = totals.toSorted((a, b) => b.places - a.places || a.gpu - b.gpu)[0];
  if (worst === undefined || !(worst.places >= maxBatch)) return;
  const each = worst.residents.map(({ model, places }) => `${names[model]} ${round(places)}`).join(", ");
  const message = `keeps ${round(worst.places)} places of ${slots[worst.gpu]?.name} busy (${each}), and maxBatch is ${maxBatch}: the queue would grow for ever`;
  const hint = "Hint: more GPUs, larger batches, or a queueLimit.";
  const isSure = demands.every(({ isTrace }) => !isTrace) && EQUAL_ROUTES.includes(route);
  if (isSure) findings.problem([...path, "placement"], message, hint);
  else findings.warn([...path, "placement"], message, hint);
}

/** Seconds of a mean request on one stage, at the clock of the start, or what a cap on watts leaves of it. */
function stageS(
  { kinds, table, demands }: SharedLoad,
  model: number,
  slot: Slot,
  { stage, stages }: { readonly stage: number; readonly stages: number },
): number {
  const part = (table.of(model, slot, stages) as readonly Part[])[stage] as Part;
  const kind = kinds[model] as ModelKindSpec;
  const clockHz = Math.min(slot.clockHz, cappedClockHz(slot.kind, slot.powerCapW ?? Infinity, activityOf(kind)));
  const aloneS = meanAloneS(kind, { name: slot.kindName, kind: slot.kind }, (demands[model] as Demand).tokens);
  return aloneS * part.share * part.slowdownAt(clockHz);
}

const round = (value: number): number => Number(value.toPrecision(4));
