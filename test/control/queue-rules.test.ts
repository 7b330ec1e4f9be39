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
});
