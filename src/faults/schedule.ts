/** When a fault strikes and ends: once, as a renewal process of up and down times, or by a trace. */
import { PHASE, type Rng, type Simulation } from "../kernel/index.ts";
import type { Table } from "../world/base/table.ts";
import type { FaultPort, FaultTarget } from "../world/ports.ts";
import type { LawFactory } from "../world/workload/law.ts";
import type { Fault } from "./fault.ts";
import { faultGroups, type TargetSpec } from "./target.ts";

export interface FaultTiming {
  readonly atS?: number | undefined;
  /** Absent: until the end of the run. */
  readonly durationS?: number | undefined;
  /** Time between a repair and the next failure, and time to repair. */
  readonly mtbf?: LawFactory | undefined;
  readonly mttr?: LawFactory | undefined;
  readonly trace?: Table | undefined;
}

export interface ScheduledFault<Id> {
  readonly key: string;
  readonly fault: Fault<Id>;
  /** All that this kind of fault may strike: the servers of the world, or its GPUs. */
  readonly all: readonly FaultTarget<Id>[];
  readonly target: TargetSpec;
  readonly timing: FaultTiming;
}

/** Plans every occurrence of a fault. Each group draws from a stream of its own, so that groups do not shift each other. */
export function startFault<Id>(simulation: Simulation, port: FaultPort, scheduled: ScheduledFault<Id>, rng: Rng): void {
  const { key, timing } = scheduled;
  const groups = faultGroups(scheduled.target, scheduled.all, rng.fork("targets"));
  if (timing.trace !== undefined) {
    startTrace(simulation, port, scheduled, timing.trace, groups.flat());
    return;
  }
  for (const group of groups) {
    const strike = (): void => strikeAll(port, scheduled, group);
    const mend = (): void => mendAll(port, scheduled, group);
    if (timing.atS !== undefined) {
      simulation.scheduleAt(timing.atS, PHASE.fault, strike);
      if (timing.durationS !== undefined) simulation.scheduleAt(timing.atS + timing.durationS, PHASE.fault, mend);
    } else if (timing.mtbf !== undefined && timing.mttr !== undefined) {
      const groupRng = rng.fork(group.map(({ name }) => name).join("+"));
      renew(simulation, strike, mend, timing.mtbf(groupRng.fork("up")).draw, timing.mttr(groupRng.fork("down")).draw);
    } else {
      throw new Error(`fault ${key} has no times`); // the scenario's check lets none through
    }
  }
}

function renew(simulation: Simulation, strike: () => void, mend: () => void, upS: () => number, downS: () => number): void {
  const fail = (): void => {
    strike();
    simulation.schedule(downS(), PHASE.fault, repair);
  };
  const repair = (): void => {
    mend();
    simulation.schedule(upS(), PHASE.fault, fail);
  };
  simulation.schedule(upS(), PHASE.fault, fail);
}

function startTrace<Id>(
  simulation: Simulation,
  port: FaultPort,
  scheduled: ScheduledFault<Id>,
  trace: Table,
  targets: readonly FaultTarget<Id>[],
): void {
  const atS = trace.numbers.at_s as Float64Array;
  const durationS = trace.numbers.duration_s as Float64Array;
  const { server: servers, gpu: gpus } = trace.texts;
  const held = new Map<FaultTarget<Id>, number>(); // rows that overlap hold a target once, until the last of them ends
  const strike = (target: FaultTarget<Id>): void => {
    const holds = held.get(target) ?? 0; // not held yet
    held.set(target, holds + 1);
    if (holds === 0) scheduled.fault.begin(port, target.id, scheduled.key);
  };
  const mend = (target: FaultTarget<Id>): void => {
    const holds = (held.get(target) as number) - 1;
    held.set(target, holds);
    if (holds === 0) scheduled.fault.end(port, target.id, scheduled.key);
  };
  for (let row = 0; row < trace.rowCount; row++) {
    const isIn = ({ server, name }: FaultTarget<Id>): boolean =>
      (servers === undefined || server === servers[row]) && (gpus === undefined || name === gpus[row]);
    const group = targets.filter(isIn);
    const startS = atS[row] as number;
    simulation.scheduleAt(startS, PHASE.fault, () => {
      for (const target of group) strike(target);
    });
    simulation.scheduleAt(startS + (durationS[row] as number), PHASE.fault, () => {
      for (const target of group) mend(target);
    });
  }
}

function strikeAll<Id>(port: FaultPort, { fault, key }: ScheduledFault<Id>, group: readonly FaultTarget<Id>[]): void {
  for (const { id } of group) fault.begin(port, id, key);
}

function mendAll<Id>(port: FaultPort, { fault, key }: ScheduledFault<Id>, group: readonly FaultTarget<Id>[]): void {
  for (const { id } of group) fault.end(port, id, key);
}
