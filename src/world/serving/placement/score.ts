/**
 * How well a placement keeps the SLO, by a simulation of requests that is fast for what it leaves out: batches, clocks below the greatest,
 * and stages other than the longest. @see Li et al., AlpaServe, OSDI 2023, and its published code
 */
import type { Part } from "../partition.ts";
import type { PartTable, Slot } from "./plan.ts";

/** GPUs of one server that run the same models: each model is cut into as many stages. */
export interface Group {
  readonly slots: readonly Slot[];
  /** Places of models in the workload, rising. */
  readonly models: readonly number[];
}

/** Requests in order of arrival. */
export interface Sample {
  readonly arrivalS: Float64Array;
  readonly model: Int32Array;
  /** By name of the GPU kind: seconds of each alone at the greatest clock, and of what it sends over one cut. NaN where it cannot run. */
  readonly aloneS: ReadonlyMap<string, Float64Array>;
  readonly transferS: ReadonlyMap<string, Float64Array>;
  /** Of each model. */
  readonly sloS: readonly number[];
}

export interface Score {
  /** Share of the requests answered within the SLO. */
  readonly attainment: number;
  /** Mean latency of those. */
  readonly latencyMeanS: number;
}

/** A model in a group: where it queues, and how long its longest stage is. */
interface Host {
  readonly group: number;
  readonly longestShare: number;
  readonly cuts: number;
  readonly aloneS: Float64Array;
  readonly transferS: Float64Array;
}

/**
 * Each request goes to the group of its model that is free first, waits for those before it, and takes the group for its longest stage. One
 * that would miss its SLO is turned away and takes nothing.
 */
export function scoreOf(groups: readonly Group[], sample: Sample, table: PartTable): Score {
  const { arrivalS, model, sloS } = sample;
  const hosts = table.models.map((_, each) => hostsOf(each, groups, sample, table));
  const freeS = new Float64Array(groups.length);
  let good = 0;
  let latencyS = 0;
  for (let i = 0; i < arrivalS.length; i++) {
    const kind = model[i] as number;
    let host: Host | undefined;
    for (const each of hosts[kind] as readonly Host[])
      if (host === undefined || (freeS[each.group] as number) < (freeS[host.group] as number)) host = each;
    if (host === undefined) continue;
    const atS = arrivalS[i] as number;
    const startS = Math.max(atS, freeS[host.group] as number);
    const aloneS = host.aloneS[i] as number;
    const spentS = startS - atS + aloneS + host.cuts * (host.transferS[i] as number);
    if (spentS > (sloS[kind] as number)) continue;
    good++;
    latencyS += spentS;
    freeS[host.group] = startS + aloneS * host.longestShare;
  }
  return { attainment: good / arrivalS.length, latencyMeanS: good === 0 ? 0 : latencyS / good };
}

function hostsOf(model: number, groups: readonly Group[], { aloneS, transferS }: Sample, table: PartTable): readonly Host[] {
  return groups.flatMap(({ slots, models }, group): readonly Host[] => {
    if (!models.includes(model)) return [];
    const [first] = slots as readonly [Slot];
    const parts = table.of(model, first, slots.length) as readonly Part[]; // only models that can be cut so are in a group
    return [
      {
        group,
        longestShare: Math.max(...parts.map(({ share }) => share)),
        cuts: slots.length - 1,
        aloneS: aloneS.get(first.kindName) as Float64Array,
        transferS: transferS.get(first.kindName) as Float64Array,
      },
    ];
  });
}
