import { strict as assert } from "node:assert";
import { NO_EVENT, PHASE, Simulation } from "../../src/kernel/index.ts";

const nothing = (): void => {};

describe("clock", () => {
  it("runs events at the end of runUntil too, and stands there afterwards", () => {
    const simulation = new Simulation();
    const times: number[] = [];
    for (const timeS of [1, 2, 2, 3]) simulation.scheduleAt(timeS, PHASE.arrive, () => times.push(simulation.nowS));
    simulation.runUntil(2);
    assert.deepEqual([times, simulation.nowS, simulation.pendingCount], [[1, 2, 2], 2, 1]);
    simulation.runUntil(2.5);
    assert.equal(simulation.nowS, 2.5);
  });

  it("runs what is scheduled for the end of runUntil by an event at the end", () => {
    const simulation = new Simulation();
    let ran = false;
    simulation.schedule(1, PHASE.sample, () => {
      simulation.schedule(0, PHASE.finish, () => {
        ran = true;
      });
    });
    simulation.runUntil(1);
    assert.ok(ran);
  });

  it("runs everything for runUntil(Infinity) and stands at the last event", () => {
    const simulation = new Simulation();
    simulation.schedule(7, PHASE.arrive, nothing);
    simulation.runUntil(Infinity);
    assert.deepEqual([simulation.nowS, simulation.step(), simulation.peekS()], [7, false, Infinity]);
  });

  it("breathes between some events without changing where it ends", () => {
    const simulation = new Simulation();
    for (let i = 1; i <= 5; i++) simulation.schedule(i, PHASE.arrive, nothing);
    const done: boolean[] = [];
    do done.push(simulation.runSome(4.5, 2));
    while (done.at(-1) === false);
    assert.deepEqual([done, simulation.nowS, simulation.eventCount], [[false, false, true], 4.5, 4]);
  });

  it("breathes to the end of runSome(Infinity) too", () => {
    const simulation = new Simulation();
    simulation.schedule(7, PHASE.arrive, nothing);
    assert.deepEqual([simulation.runSome(Infinity, 10), simulation.nowS], [true, 7]);
  });

  it("counts the present as not past", () => {
    const simulation = new Simulation();
    simulation.runUntil(5);
    simulation.scheduleAt(5, PHASE.arrive, nothing);
    const later = simulation.schedule(1, PHASE.arrive, nothing);
    simulation.rescheduleAt(later, 5);
    simulation.runUntil(5);
    assert.deepEqual([simulation.nowS, simulation.eventCount], [5, 2]);
  });

  it("breathes up to and including the end, like runUntil", () => {
    const simulation = new Simulation();
    for (const timeS of [1, 2, 3]) simulation.scheduleAt(timeS, PHASE.arrive, nothing);
    assert.deepEqual([simulation.runSome(2, 10), simulation.eventCount, simulation.nowS], [true, 2, 2]);
  });

  it("stops after an event that halts it, and goes on from there", () => {
    const simulation = new Simulation();
    for (const timeS of [1, 2, 3]) simulation.scheduleAt(timeS, PHASE.arrive, timeS === 2 ? () => simulation.halt() : nothing);
    assert.deepEqual([simulation.runUntilHalted(2.5), simulation.nowS, simulation.eventCount], [false, 2, 2]);
    assert.deepEqual([simulation.runUntilHalted(2.5), simulation.nowS, simulation.eventCount], [true, 2.5, 2]);
    simulation.halt(); // nobody runs: it says nothing to the next
    assert.deepEqual([simulation.runUntilHalted(Infinity), simulation.nowS], [true, 3]);
  });

  it("never goes back", () => {
    const simulation = new Simulation();
    simulation.runUntil(5);
    assert.throws(() => simulation.runUntil(4), /timeS must be finite and not in the past, got 4/);
    assert.throws(() => simulation.scheduleAt(4.9, PHASE.arrive, nothing), /timeS must be finite and not in the past, got 4.9/);
    assert.equal(simulation.nowS, 5);
  });

  for (const delayS of [-1, -Number.MIN_VALUE, Number.NaN, Infinity, -Infinity]) {
    it(`refuses a delay of ${delayS}, and is left as it was`, () => {
      const simulation = new Simulation();
      const event = simulation.schedule(1, PHASE.arrive, nothing);
      const named = (name: string) => ({ name: "RangeError", message: `${name} must be finite and not in the past, got ${delayS}` });
      assert.throws(() => simulation.schedule(delayS, PHASE.arrive, nothing), named("delayS"));
      assert.throws(() => simulation.reschedule(event, delayS), named("delayS"));
      assert.throws(() => simulation.scheduleAt(delayS, PHASE.arrive, nothing), named("timeS"));
      assert.throws(() => simulation.rescheduleAt(event, delayS), named("timeS"));
      assert.deepEqual([simulation.pendingCount, simulation.peekS()], [1, 1]);
    });
  }

  it("takes -0 for 0", () => {
    const simulation = new Simulation();
    simulation.schedule(-0, PHASE.arrive, nothing);
    assert.equal(simulation.peekS(), 0);
  });
});

/** An id is generation x 2^23 + slot. */
const SLOT_COUNT = 0x800000;

describe("event ids", () => {
  it("are never valid again once the event ran", () => {
    const simulation = new Simulation();
    const first = simulation.schedule(1, PHASE.arrive, nothing);
    simulation.runUntil(1);
    const second = simulation.schedule(1, PHASE.arrive, nothing); // takes the slot of the first
    assert.notEqual(first, second);
    assert.equal(first % SLOT_COUNT, second % SLOT_COUNT); // else memory would grow with every event
    assert.deepEqual([simulation.isPending(first), simulation.cancel(first), simulation.isPending(second)], [false, false, true]);
    assert.throws(() => simulation.reschedule(first, 1), /event \d+ is not pending/);
  });

  it("are not valid inside the event's own handler", () => {
    const simulation = new Simulation();
    const seen: boolean[] = [];
    const event = simulation.schedule(1, PHASE.arrive, () => seen.push(simulation.isPending(event), simulation.cancel(event)));
    simulation.schedule(2, PHASE.arrive, nothing);
    simulation.runUntil(1);
    assert.deepEqual([seen, simulation.pendingCount], [[false, false], 1]);
  });

  it("are different over a million reuses of one slot", () => {
    const simulation = new Simulation();
    let last = -1;
    for (let i = 0; i < 1e6; i++) {
      const event = simulation.schedule(1, PHASE.arrive, nothing);
      assert.ok(event > last);
      last = event;
      simulation.cancel(event);
    }
  });

  it("include one that no event has", () => {
    const simulation = new Simulation();
    assert.deepEqual([simulation.isPending(NO_EVENT), simulation.cancel(NO_EVENT)], [false, false]);
  });
});

describe("event hash", () => {
  /** Three events; `timeS` is when the second happens. */
  const hashOf = (timeS: number, arg = 0): string => {
    const simulation = new Simulation();
    simulation.schedule(1, PHASE.arrive, nothing);
    simulation.schedule(timeS, PHASE.arrive, nothing, arg);
    simulation.schedule(3, PHASE.finish, nothing);
    simulation.runUntil(10);
    return simulation.eventHash;
  };

  it("is equal for equal logs", () => {
    assert.match(hashOf(2), /^[0-9a-f]{16}$/);
    assert.equal(hashOf(2), hashOf(2));
  });

  it("is this very one, on every machine and every Node", () => {
    assert.equal(hashOf(2 + 2 * Number.EPSILON, 3), "cc4bca203e5ca4b8");
  });

  it("sees a time that differs in its last bit, another argument, another phase", () => {
    const simulation = new Simulation();
    simulation.schedule(1, PHASE.arrive, nothing);
    simulation.schedule(2, PHASE.control, nothing);
    simulation.schedule(3, PHASE.finish, nothing);
    simulation.runUntil(10);
    assert.equal(new Set([hashOf(2), hashOf(2 + 2 * Number.EPSILON), hashOf(2, 1), simulation.eventHash]).size, 4);
  });
});
