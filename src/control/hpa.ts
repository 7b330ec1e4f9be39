import { z } from "zod";
import { quantity } from "../world/base/quantity.ts";
import type { Action, Periodic, ServiceTelemetry } from "../world/ports.ts";
import type { ControllerPlugin } from "./plugin.ts";

const SYNC_S = 15;

/** At most so many replicas, or such a share of them, in any such time. */
const rate = z
  .strictObject({
    replicas: z.int().min(1).optional(),
    share: z.number().gt(0).optional(),
    period: quantity("duration", { above: 0, example: "15 s" }).default(SYNC_S),
  })
  .refine(({ replicas, share }) => (replicas === undefined) !== (share === undefined), { error: "must say either replicas or share" });
type Rate = z.infer<typeof rate>;

const behavior = (stabilization: number, rates: readonly Rate[]) =>
  z
    .strictObject({
      /** Up: the least that was wanted in this time counts; down: the most. */
      stabilization: quantity("duration", { example: "300 s" }).default(stabilization),
      rates: z
        .array(rate)
        .min(1)
        .default([...rates]),
      /** Of several rates, the one that allows the greatest change or the least; disabled: never this way. */
      select: z.enum(["greatest", "least", "disabled"]).default("greatest"),
    })
    .prefault({});
type Behavior = z.infer<ReturnType<typeof behavior>>;

const schema = z
  .strictObject({
    kind: z.literal("hpa"),
    period: quantity("duration", { above: 0, example: "15 s" }).default(SYNC_S),
    /** Busy cores over requested ones that it aims at; counted in whole percents, as Kubernetes does. */
    cpuUtilization: z.number().min(0.01).default(0.8),
    minReplicas: z.int().min(1).default(1),
    maxReplicas: z.int().min(1).default(20),
    /** Nothing changes while the utilization is within this share of the target. */
    tolerance: z.number().min(0).default(0.1),
    scaleUp: behavior(0, [
      { share: 1, period: SYNC_S },
      { replicas: 4, period: SYNC_S },
    ]),
    scaleDown: behavior(300, [{ share: 1, period: SYNC_S }]),
  })
  .refine(({ minReplicas, maxReplicas }) => minReplicas <= maxReplicas, {
    path: ["maxReplicas"],
    error: "must be at least minReplicas",
  });
type Spec = z.infer<typeof schema>;

/**
 * The formula and the defaults are those of Kubernetes 1.30, where a workload says its own `behavior`.
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
export const hpa: ControllerPlugin<"periodic", Spec> = {
  kind: "hpa",
  doc: "Replicas by utilization, as Kubernetes' Horizontal Pod Autoscaler: ceil(ready x utilization / target), damped.",
  decides: "periodic",
  target: "service",
  oracles: [],
  needsOracle: false,
  schema,
  create: autoscaler,
  replicasMax: ({ maxReplicas }) => maxReplicas,
};

/** An amount of replicas at a time: a recommendation, or a change. */
interface Entry {
  readonly atS: number;
  readonly count: number;
}

/** What it remembers of one service. */
interface Memory {
  wanted: readonly Entry[];
  /** Changes that it ordered, those down below 0. */
  changes: readonly Entry[];
  ordered: Entry | undefined;
}

function autoscaler(spec: Spec): Periodic {
  const memories = new Map<string, Memory>();
  return {
    kind: "periodic",
    periodS: spec.period,
    decide: ({ nowS, sampledAtS, workloads }) => {
      const actions: Action[] = [];
      for (const [workload, seen] of Object.entries(workloads)) {
        if (seen.kind !== "service" || Number.isNaN(seen.cpuUtilization)) continue;
        const memory = memories.get(workload) ?? { wanted: [], changes: [], ordered: undefined };
        memories.set(workload, memory);
        const { ordered } = memory;
        const current = ordered !== undefined && ordered.atS >= sampledAtS ? ordered.count : seen.replicas; // the sample may be older
        const count = nextCount(seen, current, { memory, nowS, spec });
        if (count === current) continue;
        memory.ordered = { atS: nowS, count };
        memory.changes = [...memory.changes, { atS: nowS, count: count - current }];
        actions.push({ kind: "replicas", workload, count });
      }
      return actions;
    },
  };
}

interface Decision {
  readonly memory: Memory;
  readonly nowS: number;
  readonly spec: Spec;
}

function nextCount(seen: ServiceTelemetry, current: number, { memory, nowS, spec }: Decision): number {
  const { scaleUp, scaleDown, minReplicas, maxReplicas } = spec;
  if (current > maxReplicas) return maxReplicas;
  if (current < minReplicas) return minReplicas;
  const longestS = Math.max(scaleUp.stabilization, scaleDown.stabilization);
  memory.wanted = [...within(memory.wanted, nowS, longestS), { atS: nowS, count: recommended(seen, current, spec) }];
  memory.changes = within(memory.changes, nowS, Math.max(...[...scaleUp.rates, ...scaleDown.rates].map(({ period }) => period)));
  const least = Math.min(...within(memory.wanted, nowS, scaleUp.stabilization).map(({ count }) => count));
  const most = Math.max(...within(memory.wanted, nowS, scaleDown.stabilization).map(({ count }) => count));
  const stable = least > current ? least : most < current ? most : current;
  if (stable > current) return Math.min(stable, maxReplicas, Math.max(current, limitUp(current, scaleUp, memory, nowS)));
  if (stable < current) return Math.max(stable, minReplicas, Math.min(current, limitDown(current, scaleDown, memory, nowS)));
  return current;
}

/** Those of the last `windowS`, the present instant included. */
function within(entries: readonly Entry[], nowS: number, windowS: number): readonly Entry[] {
  return entries.filter(({ atS }) => atS > nowS - windowS || atS === nowS);
}

const MILLI = 1000;
const PERCENT = 100;

/** What the formula says. Replicas that do not take requests yet count as idle when it would be more, and not at all when less. */
function recommended(seen: ServiceTelemetry, current: number, { cpuUtilization: wanted, tolerance }: Spec): number {
  const { cpuUtilization, replicas, readyReplicas } = seen;
  // Kubernetes counts usage in thousandths of cores and divides whole numbers: 0.9 / 0.6 of two is three, not four.
  const percent = Math.floor((Math.round(cpuUtilization * MILLI) * PERCENT) / MILLI);
  const target = Math.round(wanted * PERCENT);
  const counted = percent > target ? replicas : readyReplicas;
  const total = percent * readyReplicas;
  if (Math.abs(total - target * counted) <= tolerance * target * counted) return current;
  if (percent > target && total < target * replicas) return current; // the direction has changed
  return Math.ceil(total / target);
}

/** How many there were a rate's period ago, as far as its own orders tell. */
function before(current: number, { period }: Rate, { changes }: Memory, nowS: number): number {
  return current - within(changes, nowS, period).reduce((sum, { count }) => sum + count, 0);
}

/** A share of `count` replicas, rounded up. Shares are told to a millionth, so that a tenth of 70 is 7. */
function shareOf(count: number, share: number): number {
  const MILLION = 1e6;
  return Math.ceil((count * Math.round(share * MILLION)) / MILLION);
}

const stepOf = (start: number, { replicas, share }: Rate): number => replicas ?? shareOf(start, share as number);

function limitUp(current: number, { rates, select }: Behavior, memory: Memory, nowS: number): number {
  if (select === "disabled") return current;
  const limits = rates.map((each) => {
    const start = before(current, each, memory, nowS);
    return start + stepOf(start, each);
  });
  return select === "greatest" ? Math.max(...limits) : Math.min(...limits);
}

function limitDown(current: number, { rates, select }: Behavior, memory: Memory, nowS: number): number {
  if (select === "disabled") return current;
  const limits = rates.map((each) => {
    const start = before(current, each, memory, nowS);
    return start - stepOf(start, each);
  });
  return select === "greatest" ? Math.min(...limits) : Math.max(...limits);
}
