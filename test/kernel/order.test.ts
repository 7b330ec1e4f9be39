import { strict as assert } from "node:assert";
import { PHASE, type Phase, Simulation } from "../../src/kernel/index.ts";

const PHASES = Object.entries(PHASE) as readonly (readonly [string, Phase])[];

describe("order within one instant", () => {
  it("is finish, fault, arrive, control, sample, whatever was scheduled first", () => {
    const simulation = new Simulation();
    const log: string[] = [];
    for (const [name, phase] of PHASES.toReversed()) simulation.schedule(3, phase, () => log.push(`${simulation.nowS} ${name}`));
    simulation.runUntil(3);
    assert.deepEqual(log, ["3 finish", "3 fault", "3 arrive", "3 control", "3 sample"]);
  });

  it("is that of scheduling within a phase", () => {
    const simulation = new Simulation();
    const log: number[] = [];
    for (let i = 0; i < 100; i++) simulation.schedule(1, PHASE.arrive, (arg) => log.push(arg), i);
    simulation.runUntil(1);
    assert.deepEqual(
      log,
      Array.from({ length: 100 }, (_, i) => i),
    );
  });

  it("does not depend on how the instant was reached: schedule and scheduleAt share one sequence", () => {
    const simulation = new Simulation();
    const log: string[] = [];
    simulation.schedule(2, PHASE.arrive, () => log.push("first"));
    simulation.scheduleAt(2, PHASE.arrive, () => log.push("second"));
    simulation.schedule(1, PHASE.arrive, () => {
      simulation.schedule(1, PHASE.arrive, () => log.push("third"));
    });
    simulation.runUntil(2);
    assert.deepEqual(log, ["first", "second", "third"]);
  });

  it("lets an event schedule an earlier phase of the same instant, which runs next", () => {
    const simulation = new Simulation();
    const log: string[] = [];
    simulation.schedule(1, PHASE.control, () => {
      log.push("control");
      simulation.schedule(0, PHASE.finish, () => log.push("finish"));
    });
    simulation.schedule(1, PHASE.sample, () => log.push("sample"));
    simulation.runUntil(1);
    assert.deepEqual(log, ["control", "finish", "sample"]);
  });

  it("puts a rescheduled event behind those that were already there", () => {
    const simulation = new Simulation();
    const log: string[] = [];
    const moved = simulation.schedule(1, PHASE.arrive, () => log.push("moved"));
    simulation.schedule(2, PHASE.arrive, () => log.push("stayed"));
    simulation.reschedule(moved, 2);
    simulation.schedule(2, PHASE.arrive, () => log.push("late"));
    simulation.schedule(2, PHASE.fault, () => log.push("fault"));
    simulation.runUntil(2);
    assert.deepEqual(log, ["fault", "stayed", "moved", "late"]);
  });
});
