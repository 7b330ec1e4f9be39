import { strict as assert } from "node:assert";
import type { OracleQueueRule, QueueRule } from "../../src/world/cluster/ports.ts";
import { make, request } from "./make.ts";

const waiting = [
  request({ id: 0, arrivalS: 0, priority: 1, workS: 5, remainingWorkS: 5 }),
  request({ id: 1, arrivalS: 1, priority: 2, workS: 9, remainingWorkS: 1 }), // was interrupted
  request({ id: 2, arrivalS: 2, priority: 1, workS: 2, remainingWorkS: 2 }),
];

function order(rule: QueueRule | OracleQueueRule): number[] {
  return [...waiting].sort((a, b) => rule.key(a) - rule.key(b) || a.arrivalS - b.arrivalS || a.id - b.id).map((r) => r.id);
}

describe("queue rules", () => {
  it("order one queue in four ways", () => {
    assert.deepEqual(order(make("queue", { kind: "fcfs" })), [0, 1, 2]);
    assert.deepEqual(order(make("queue", { kind: "priority" })), [1, 0, 2]);
    assert.deepEqual(order(make("oracle-queue", { kind: "sjf" })), [1, 2, 0]); // what is left: of a fresh request, all of its work
    assert.deepEqual(order(make("oracle-queue", { kind: "srpt" })), [1, 2, 0]);
  });

  it("interrupt only where they say so", () => {
    assert.equal(make("queue", { kind: "fcfs" }).preempts, undefined);
    assert.equal(make("queue", { kind: "priority" }).preempts, false);
    assert.equal(make("queue", { kind: "priority", preemptive: true } as { kind: string }).preempts, true);
    assert.equal(make("oracle-queue", { kind: "sjf" }).preempts, undefined);
    assert.equal(make("oracle-queue", { kind: "srpt" }).preempts, true);
  });

  it("keep or interrupt who runs, by cost and by word", () => {
    const rule = make("oracle-queue", { kind: "srpt" });
    const runs = { isRunning: true, remainingWorkS: 5, predictedLeftS: 4, recomputeS: 2 };
    assert.equal(rule.key(request(runs)), 3); // who waits must have less than 3 s left
    assert.equal(rule.key(request({ ...runs, isRunning: false })), 5);
    const dear = make("oracle-queue", { kind: "srpt", preemptionCost: "3 s" } as { kind: string });
    assert.equal(dear.key(request(runs)), 2);
    const told = make("oracle-queue", { kind: "srpt", predictor: { kind: "oracle" } } as { kind: string });
    assert.equal(told.kind, "queue"); // it is shown no truth
    assert.equal(told.key(request(runs)), 2);
  });

  it("sink by quanta of 1, 2 and 4 s, and join where their prompt fits", () => {
    const levelsAt = (spec: object, given: object): number[] =>
      [0, 0.9, 1, 2.9, 3, 6.9, 7, 99].map((attainedS) => make("queue", { kind: "mlfq", ...spec }).key(request({ attainedS, ...given })));
    assert.deepEqual(levelsAt({}, { firstTokenS: 1.5 }), [0, 0, 1, 1, 2, 2, 3, 3]);
    assert.deepEqual(levelsAt({ levels: 3, ratio: 1 }, {}), [0, 0, 1, 2, 2, 2, 2, 2]);
    // A prompt of 1.5 s: the second level, of 2 s, is the first that holds it.
    assert.deepEqual(levelsAt({ skipJoin: true }, { firstTokenS: 1.5 }), [1, 1, 1, 2, 2, 3, 3, 3]);
    assert.deepEqual(levelsAt({ skipJoin: true }, { firstTokenS: 1.5, isPromoted: true }), [0, 0, 1, 1, 2, 2, 3, 3]);
    assert.deepEqual(levelsAt({ skipJoin: true }, { firstTokenS: 100 }), [3, 3, 3, 3, 3, 3, 3, 3]);
  });
});
