/** The heap against the plainest thing that could be right: an array sorted anew before every step. */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import { type EventId, PHASE, type Phase, Simulation } from "../../src/kernel/index.ts";

interface Entry {
  readonly label: number;
  timeS: number;
  readonly phase: Phase;
  seq: number;
}

class SortedArray {
  #entries: Entry[] = [];
  #seq = 0;
  nowS = 0;

  schedule(label: number, delayS: number, phase: Phase): void {
    this.#entries.push({ label, timeS: this.nowS + delayS, phase, seq: this.#seq++ });
  }
  reschedule(label: number, delayS: number): void {
    const entry = this.#entries.find((e) => e.label === label) as Entry;
    entry.timeS = this.nowS + delayS;
    entry.seq = this.#seq++;
  }
  cancel(label: number): boolean {
    const before = this.#entries.length;
    this.#entries = this.#entries.filter((e) => e.label !== label);
    return this.#entries.length < before;
  }
  labels(): readonly number[] {
    return this.#entries.map((e) => e.label);
  }
  pop(): number | undefined {
    this.#entries.sort((a, b) => a.timeS - b.timeS || a.phase - b.phase || a.seq - b.seq);
    const entry = this.#entries.shift();
    if (entry !== undefined) this.nowS = entry.timeS;
    return entry?.label;
  }
}

type Op =
  | { readonly kind: "schedule"; readonly delayS: number; readonly phase: Phase }
  | { readonly kind: "reschedule" | "cancel"; readonly pick: number; readonly delayS: number }
  | { readonly kind: "look" };

// Few different delays, so that ties are the rule; 0 lands in the running instant.
const delayS = fc.constantFrom(0, 0, 1, 1, 2, 3.5);
const phase = fc.constantFrom(...Object.values(PHASE));
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("schedule" as const), delayS, phase }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("reschedule" as const, "cancel" as const), pick: fc.nat(50), delayS }) },
  { weight: 1, arbitrary: fc.constant({ kind: "look" as const }) },
);
/** What is done before the first step, then inside each handler in turn: no op leaves a hole at the root, others fill it. */
const script = fc.array(fc.array(op, { maxLength: 5 }), { minLength: 1, maxLength: 60 });

/** Does the ops on both queues and compares every answer. */
class Pair {
  readonly simulation = new Simulation();
  readonly oracle = new SortedArray();
  readonly #ids = new Map<number, EventId>();
  readonly #order: number[] = [];
  #label = 0;

  readonly #onRun: () => void;

  constructor(onRun: () => void) {
    this.#onRun = onRun;
  }

  apply(ops: readonly Op[]): void {
    for (const each of ops) this.#applyOne(each);
  }

  step(): boolean {
    const expected = this.oracle.pop();
    assert.equal(this.simulation.step(), expected !== undefined);
    if (expected !== undefined) assert.equal(this.#order.at(-1), expected);
    return expected !== undefined;
  }

  #ran = (label: number): void => {
    this.#order.push(label);
    assert.equal(this.simulation.nowS, this.oracle.nowS);
    assert.equal(this.simulation.isPending(this.#ids.get(label) as EventId), false);
    this.#onRun();
  };

  #applyOne(each: Op): void {
    const { simulation, oracle } = this;
    if (each.kind === "schedule") {
      oracle.schedule(this.#label, each.delayS, each.phase);
      this.#ids.set(this.#label, simulation.schedule(each.delayS, each.phase, this.#ran, this.#label));
      this.#label++;
    } else if (each.kind === "look") {
      assert.equal(simulation.pendingCount, oracle.labels().length);
    } else if (each.kind === "cancel" && this.#label > 0) {
      const label = each.pick % this.#label; // any event that ever was, so that dead ids are tried too
      assert.equal(simulation.cancel(this.#ids.get(label) as EventId), oracle.cancel(label));
    } else if (each.kind === "reschedule" && oracle.labels().length > 0) {
      const labels = oracle.labels();
      const label = labels[each.pick % labels.length] as number;
      const event = this.#ids.get(label) as EventId;
      oracle.reschedule(label, each.delayS);
      assert.equal(simulation.reschedule(event, each.delayS), event);
    }
  }
}

describe("event queue", () => {
  it("runs every mix of schedule, reschedule and cancel in the order of a sorted array", () => {
    fc.assert(
      fc.property(script, (handlers) => {
        let turn = 0;
        const pair = new Pair(() => pair.apply(handlers[++turn] ?? []));
        pair.apply(handlers[0] ?? []);
        while (pair.step());
        assert.equal(pair.simulation.pendingCount, 0);
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  it("keeps order through growth, over 10,000 events with ties", () => {
    const simulation = new Simulation();
    const expected = Array.from({ length: 10_000 }, (_, i) => ({ i, timeS: (i * 7919) % 97 }));
    const order: number[] = [];
    for (const { i, timeS } of expected) simulation.schedule(timeS, PHASE.arrive, (arg) => order.push(arg), i);
    simulation.runUntil(97);
    expected.sort((a, b) => a.timeS - b.timeS || a.i - b.i);
    assert.deepEqual(
      order,
      expected.map(({ i }) => i),
    );
  });

  it("keeps order when two of three events are cancelled, in an order of their own", () => {
    const simulation = new Simulation();
    const order: number[] = [];
    const all = Array.from({ length: 3000 }, (_, i) => ({ i, timeS: (i * 7919) % 97 }));
    const ids = all.map(({ i, timeS }) => simulation.schedule(timeS, PHASE.arrive, (arg) => order.push(arg), i));
    // 1999 is prime: k x 1999 mod 3000 visits every event once.
    for (let k = 0; k < 3000; k++) {
      const i = (k * 1999) % 3000;
      if (i % 3 !== 0) assert.ok(simulation.cancel(ids[i] as EventId));
    }
    simulation.runUntil(97);
    const left = all.filter(({ i }) => i % 3 === 0).sort((a, b) => a.timeS - b.timeS || a.i - b.i);
    assert.deepEqual(
      order,
      left.map(({ i }) => i),
    );
  });
});
