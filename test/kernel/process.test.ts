import { strict as assert } from "node:assert";
import { PHASE, type Process, Simulation, startProcess } from "../../src/kernel/index.ts";

describe("processes", () => {
  function* ticker(simulation: Simulation, log: number[], gapsS: readonly number[]): Process {
    for (const gapS of gapsS) {
      yield gapS;
      log.push(simulation.nowS);
    }
  }

  it("wake after the seconds they yield", () => {
    const simulation = new Simulation();
    const log: number[] = [];
    startProcess(simulation, ticker(simulation, log, [1, 0, 2.5]));
    simulation.runUntil(10);
    assert.deepEqual([log, simulation.pendingCount], [[1, 1, 3.5], 0]);
  });

  it("wake in the phase they are given", () => {
    const simulation = new Simulation();
    const log: string[] = [];
    function* named(name: string): Process {
      yield 1;
      log.push(name);
    }
    startProcess(simulation, named("sample"), PHASE.sample);
    startProcess(simulation, named("finish"), PHASE.finish);
    simulation.runUntil(1);
    assert.deepEqual(log, ["finish", "sample"]);
  });

  it("stop for good, and clean up after themselves", () => {
    const simulation = new Simulation();
    const log: string[] = [];
    function* endless(): Process {
      try {
        for (;;) yield 1;
      } finally {
        log.push(`stopped at ${simulation.nowS}`);
      }
    }
    const stop = startProcess(simulation, endless());
    simulation.runUntil(2.5);
    stop();
    simulation.runUntil(10);
    assert.deepEqual([log, simulation.pendingCount, simulation.eventCount], [["stopped at 2.5"], 0, 3]);
  });
});
