import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { JobId } from "../../../src/world/base/id.ts";
import { JobQueue, NO_JOB, type QueuedJob } from "../../../src/world/cluster/job-queue.ts";

const job = (id: number, arrivalS: number, cores = 1, memoryB = 0, priority = 0): QueuedJob => ({
  id: id as JobId,
  arrivalS,
  cores,
  memoryB,
  priority,
});

describe("JobQueue", () => {
  it("goes by priority, then arrival, then id", () => {
    const queue = new JobQueue();
    queue.push(0, job(10, 5));
    queue.push(1, job(11, 4));
    queue.push(2, job(12, 9, 1, 0, 1));
    queue.push(3, job(9, 5));
    const order: number[] = [];
    for (let slot = queue.head(); slot !== NO_JOB; slot = queue.head()) {
      order.push(slot);
      queue.remove(slot);
    }
    assert.deepEqual(order, [2, 1, 3, 0]);
    assert.equal(queue.size, 0);
  });

  it("finds the first that fits behind a head that does not", () => {
    const queue = new JobQueue();
    queue.push(0, job(0, 0, 8, 1));
    queue.push(1, job(1, 1, 1, 64));
    queue.push(2, job(2, 2, 2, 2));
    queue.push(3, job(3, 3, 1, 1));
    assert.equal(queue.firstFitting(4, 4), 2);
    assert.equal(queue.firstFitting(1, 4), 3);
    assert.equal(queue.firstFitting(0.5, 4), NO_JOB);
    assert.equal(queue.firstFitting(2 - 1e-9, 2), 2); // thousandths of a core
  });

  it("gives a job that crashed its old place back", () => {
    const queue = new JobQueue();
    for (const at of [1, 2, 3]) queue.push(at, job(at, at));
    queue.remove(1);
    assert.equal(queue.head(), 2);
    queue.push(77, job(1, 1)); // its slot may be another one
    assert.equal(queue.head(), 77);
  });

  it("names the slot of a double push or remove", () => {
    const queue = new JobQueue();
    queue.push(4, job(0, 0));
    assert.throws(() => queue.push(4, job(1, 1)), /slot 4 waits already/);
    assert.throws(() => queue.remove(5), /node 5 is not in the set/);
  });

  it("answers as a sorted list does, whatever the history", () => {
    const step = fc.record({
      slot: fc.nat({ max: 150 }), // above the first capacity, so that it grows
      arrivalS: fc.nat({ max: 10 }),
      cores: fc.oneof(
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 1, max: 6000 }).map((milli) => milli / 1000),
      ),
      memoryB: fc.nat({ max: 6 }),
      priority: fc.integer({ min: -1, max: 2 }),
      free: fc.record({ cores: fc.integer({ min: 0, max: 6 }), memoryB: fc.nat({ max: 6 }) }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const queue = new JobQueue();
        const list = new Map<number, QueuedJob>();
        for (const [id, s] of steps.entries()) {
          if (list.delete(s.slot)) queue.remove(s.slot);
          else {
            const pushed = job(id, s.arrivalS, s.cores, s.memoryB, s.priority);
            list.set(s.slot, pushed);
            queue.push(s.slot, pushed);
          }
          const order = [...list].sort(([, a], [, b]) => b.priority - a.priority || a.arrivalS - b.arrivalS || a.id - b.id);
          const fits = order.find(([, j]) => Math.round(j.cores * 1000) <= s.free.cores * 1000 && j.memoryB <= s.free.memoryB);
          assert.equal(queue.size, list.size);
          assert.equal(queue.head(), order[0]?.[0] ?? NO_JOB);
          assert.equal(queue.firstFitting(s.free.cores, s.free.memoryB), fits?.[0] ?? NO_JOB);
        }
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});
