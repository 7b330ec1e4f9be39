/** The server of the SSJF study: stories of a few jobs, worked out by hand, as the released program ends them and as a sound one does. */
import { strict as assert } from "node:assert";
import { type Job, runFcfs, runShortestFirst, type ServerSpec } from "../../../src/claims/figures/ssjf/scheduler.ts";
import { CORRECTED, FAITHFUL } from "../../../src/claims/figures/ssjf/variant.ts";
import { rootRng } from "../../../src/kernel/index.ts";

const released = FAITHFUL.quirks;
const repaired = CORRECTED.quirks;
const NONE: ServerSpec = { batching: "whole", batchMax: 1 };
const DYNAMIC: ServerSpec = { batching: "whole", batchMax: 2 };
const CONTINUOUS: ServerSpec = { batching: "continuous", batchMax: 2 };

const job = (arrivalS: number, workS: number): Job => ({ arrivalS, workS });
const ends = (finishes: Float64Array): readonly number[] => [...finishes].map((endS) => Math.round(1e9 * endS) / 1e9);

describe("three jobs at 0, 1 and 2 s with 4, 3 and 1 s of work", () => {
  const three = [job(0, 4), job(1, 3), job(2, 1)];

  it("one at a time: FCFS ends them in order, shortest first lets the third pass the second", () => {
    for (const quirks of [released, repaired]) {
      assert.deepEqual(ends(runFcfs(three, NONE, quirks)), [4, 7, 8]);
      assert.deepEqual(ends(runShortestFirst(three, NONE, quirks, "oracle")), [4, 8, 5]);
    }
  });

  it("in whole batches of two: released FCFS waits for a second, and 10 s for a third that never comes", () => {
    // {0, 1} from 1 s, when 1 comes, to 1 + 4; then 2 alone: held to 15, ends at 16.
    assert.deepEqual(ends(runFcfs(three, DYNAMIC, released)), [5, 5, 16]);
    // Nobody waits: 0 alone to 4; {1, 2} to 4 + 3.
    assert.deepEqual(ends(runFcfs(three, DYNAMIC, repaired)), [4, 7, 7]);
    for (const quirks of [released, repaired]) {
      assert.deepEqual(ends(runShortestFirst(three, DYNAMIC, quirks, "oracle")), [4, 7, 7]);
    }
  });

  it("in continuous batches of two: the shortest end forms the batch anew", () => {
    // {0, 1} from 1 s: 1 ends at 4, 0 has 1 s left; {0, 2} both need 1 s: 5.
    assert.deepEqual(ends(runFcfs(three, CONTINUOUS, released)), [5, 4, 5]);
    // 0 alone to 4; {1, 2}: 2 ends at 5; 1 alone, 2 s left: 7.
    assert.deepEqual(ends(runFcfs(three, CONTINUOUS, repaired)), [4, 7, 5]);
    for (const quirks of [released, repaired]) {
      assert.deepEqual(ends(runShortestFirst(three, CONTINUOUS, quirks, "oracle")), [4, 7, 5]);
    }
  });

  it("in continuous batches, a leftover held alone waits 10 s again in the released FCFS", () => {
    // {0, 1} from 1 s: 1 ends at 2, 0 has 3 s left and waits to 12: 15.
    assert.deepEqual(ends(runFcfs([job(0, 4), job(1, 1)], CONTINUOUS, released)), [15, 2]);
  });
});

describe("the quirks of shortest first", () => {
  it("the last job is lost if it comes to an empty queue", () => {
    const late = [job(0, 1), job(10, 1)];
    assert.deepEqual(ends(runShortestFirst(late, NONE, released, "oracle")), [1, Number.NaN]);
    assert.deepEqual(ends(runShortestFirst(late, NONE, repaired, "oracle")), [1, 11]);
    assert.deepEqual(ends(runShortestFirst([job(0, 1), job(0.5, 1)], NONE, released, "oracle")), [1, 2]);
  });

  it("ageing compares a wait with the true work, where a sound rule has the prediction", () => {
    const jobs = [job(0, 1), job(0, 11), job(5, 2)];
    const predictedS = Float64Array.of(9, 1, 1);
    // 1 runs to 11. Then 0 has waited 11 s, more than 10 x 1 s: it is next.
    assert.deepEqual(ends(runShortestFirst(jobs, NONE, released, predictedS)), [12, 11, 14]);
    // Less than 10 x 9 s: 2, which is predicted shorter, is next.
    assert.deepEqual(ends(runShortestFirst(jobs, NONE, repaired, predictedS)), [14, 11, 13]);
  });

  it("ageing takes the time since the last end for the wait of who came just now", () => {
    const jobs = [job(100, 1), job(100.5, 9), job(100.9, 1)];
    // At 101 both count 101 s, above 100: the one that came first is next.
    assert.deepEqual(ends(runShortestFirst(jobs, NONE, released, "oracle")), [101, 110, 111]);
    assert.deepEqual(ends(runShortestFirst(jobs, NONE, repaired, "oracle")), [101, 111, 102]);
  });

  it("a leftover keeps its first prediction in the queue", () => {
    const jobs = [job(0, 5), job(0, 1), job(0.5, 3), job(0.5, 4.5)];
    const predictedS = Float64Array.from(jobs, ({ workS }) => workS);
    // {1, 0} to 1: 0 has 4 s left but counts as 5. {2, 3} to 4, {3, 0} to 5.5, 0 alone to 8.
    assert.deepEqual(ends(runShortestFirst(jobs, CONTINUOUS, released, predictedS)), [8, 1, 4, 5.5]);
    // It counts as 4: {2, 0} to 4, {0, 3} to 5, 3 alone to 8.5; the oracle sees as much.
    assert.deepEqual(ends(runShortestFirst(jobs, CONTINUOUS, repaired, predictedS)), [5, 1, 4, 8.5]);
    assert.deepEqual(ends(runShortestFirst(jobs, CONTINUOUS, released, "oracle")), [5, 1, 4, 8.5]);
  });
});

describe("the repaired server, on 200 random jobs", () => {
  const rng = rootRng(1);
  let nowS = 0;
  const jobs = Array.from({ length: 200 }, () => {
    nowS += -2 * Math.log1p(-rng.uniform());
    return job(nowS, 0.1 + 4 * rng.uniform());
  });

  it("one at a time, FCFS is Lindley's recursion", () => {
    let endS = 0;
    const expected = jobs.map(({ arrivalS, workS }) => {
      endS = Math.max(endS, arrivalS) + workS;
      return endS;
    });
    assert.deepEqual(
      ends(runFcfs(jobs, NONE, repaired)),
      expected.map((each) => Math.round(1e9 * each) / 1e9),
    );
  });

  it("one at a time, every rule works whenever it can: the last end is the same, and shortest first has the lowest mean", () => {
    const random = Float64Array.from(jobs, () => rng.uniform());
    const [fcfs, oracle, blind] = [
      runFcfs(jobs, NONE, repaired),
      runShortestFirst(jobs, NONE, repaired, "oracle"),
      runShortestFirst(jobs, NONE, repaired, random),
    ];
    const last = [fcfs, oracle, blind].map((finishes) => Math.max(...finishes));
    for (const endS of last) assert.ok(Math.abs(endS - (last[0] as number)) < 1e-9);
    const sums = [fcfs, oracle, blind].map((finishes) => finishes.reduce((sum, endS) => sum + endS, 0)) as [number, number, number];
    assert.ok(sums[1] < sums[0] && sums[1] < sums[2]);
  });
});
