import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { customers, incrementsText, type Rows, rowsText, tasks } from "../../bench/peers/inputs.ts";
import { once } from "../../bench/peers/measure.ts";
import { type Fleet, placeJobs, placementOf, placeVms } from "../../bench/peers/placing.ts";
import { agreement, fcfsFinishes, holdAnswer, latencies, sharingFinishes } from "../../bench/peers/reference.ts";

const rowsOf = (...pairs: readonly (readonly [arrivalS: number, workS: number])[]): Rows => ({
  arrivalS: Float64Array.from(pairs, ([arrivalS]) => arrivalS),
  workS: Float64Array.from(pairs, ([, workS]) => workS),
});
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("inputs for peers", () => {
  it("are the same bytes each time", () => {
    assert.equal(sha256(incrementsText()), "60ae2e1a7ee8614403aa51c166ddf28adaf31228c115f889ed774c5cedaf1735");
    assert.equal(sha256(rowsText(tasks(8000))), "4dcccb2ec5ff4017df5cad2e66f7be9a5c11f5d0a04e735be937900ddd0d87c4");
    const text = rowsText(customers(8, 0.9, 1000));
    assert.equal(text, rowsText(customers(8, 0.9, 2000)).slice(0, text.length)); // a prefix is the first rows
  });
});

describe("references for peers", () => {
  it("serve in order", () => {
    // Two cores: 0-4 and 1-2; the third waits until 2 and ends at 5; the fourth waits until 4 and ends at 5.
    assert.deepEqual([...fcfsFinishes(rowsOf([0, 4], [1, 1], [1, 3], [2, 1]), 2)], [4, 2, 5, 5]);
  });

  it("share", () => {
    // One core: alone until 1 (1 of 3 done), then halves: the second needs 1, gets it by 3; the first has 1 left, ends at 4.
    assert.deepEqual([...sharingFinishes(rowsOf([0, 3], [1, 1]), 1)], [4, 3]);
    // Two cores for three: each at 2/3 from 0 on; 2 of work takes until 3.
    assert.deepEqual([...sharingFinishes(rowsOf([0, 2], [0, 2], [0, 2]), 2)], [3, 3, 3]);
  });

  it("hold", () => {
    // Timers 0 and 1 are due at 1 and 3 + 2^-30. Timer 0 rings at 1 (next 1 + 1), at 2 (next 2 + 3), then timer 1 rings.
    assert.deepEqual(holdAnswer(Float64Array.of(1, 3), 2, 3), { clockS: 3 + 1 / 1_073_741_824, idSum: 1 });
  });

  it("place on the first host with room", () => {
    // A host holds four VMs. The fifth job waits for none: host 1. The sixth comes after all of host 0 ended.
    const fleet: Fleet = { hostCount: 2, vmCount: 5, taskCount: 6 };
    const rows = rowsOf([0, 5], [0, 5], [0, 5], [0, 5], [0, 9], [6, 1]);
    assert.deepEqual(placeJobs(fleet, rows), placementOf([0, 0, 0, 0, 1, 0], Float64Array.of(5, 5, 5, 5, 9, 7)));
    assert.deepEqual(placeVms(fleet, rows), placementOf([0, 0, 0, 0, 1], Float64Array.of(5, 5, 5, 5, 9, 7)));
    // One host, five jobs: the fifth starts when the second ends.
    const queued = placeJobs({ ...fleet, hostCount: 1 }, rowsOf([0, 5], [0, 3], [0, 5], [0, 5], [1, 1]));
    assert.deepEqual(queued, placementOf([0, 0, 0, 0, 0], Float64Array.of(5, 3, 5, 5, 4)));
  });

  it("count who is wrong", () => {
    const rows = rowsOf([0, 1], [0, 1]);
    const right = Float64Array.of(1, 2);
    assert.deepEqual(agreement(rows, right, Float64Array.of(1, 2 + 1e-6), 1e-9).wrongCount, 1);
    assert.equal(agreement(rows, right, Float64Array.of(1), 1e-9).ok, false); // a customer without an answer
    assert.equal(agreement(rows, right, Float64Array.of(1, 2 + 1e-12), 1e-9).ok, true);
    assert.deepEqual(latencies(rows, right), { meanS: 1.5, p99S: 2 });
  });
});

describe("our side of the peers", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "cybertwin-peers-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const COUNT = 3000;
  const CORES = 8;
  const rows = customers(CORES, 0.9, COUNT);
  const run = (driver: string, ...args: readonly (string | number)[]) => once([process.execPath, driver, ...args.map(String)]);
  const finishes = (driver: string, discipline: string): Float64Array => {
    const [file, out] = [join(folder, "rows.csv"), join(folder, "finishes.bin")];
    writeFileSync(file, rowsText(rows));
    run(driver, file, COUNT, CORES, discipline, out, 1000);
    return new Float64Array(new Uint8Array(readFileSync(out)).buffer);
  };

  it("ends each customer where the recursion does, on the kernel and through the scenario path", function () {
    this.timeout(30_000);
    const right = fcfsFinishes(rows, CORES);
    assert.deepEqual(finishes("bench/peers/ours/queue.mjs", "fcfs"), right);
    const ours = finishes("dist/bench/peers/ours/scenario.js", "fcfs");
    assert.equal(agreement(rows, right, ours, 1e-9).ok, true);
  });

  it("shares as the sweep does", function () {
    this.timeout(30_000);
    const ours = finishes("dist/bench/peers/ours/scenario.js", "ps");
    assert.equal(agreement(rows, sharingFinishes(rows, CORES), ours, 1e-6).ok, true);
  });

  it("holds to the bit, with cancels too", function () {
    this.timeout(30_000);
    const file = join(folder, "increments.txt");
    writeFileSync(file, incrementsText());
    const table = Float64Array.from(incrementsText().trimEnd().split("\n"), Number);
    const right = holdAnswer(table, 1000, 20_000);
    for (const cancels of [0, 1]) {
      const { clockS, idSum } = run("bench/peers/ours/hold.mjs", file, 1000, 20_000, cancels);
      assert.deepEqual({ clockS, idSum }, right);
    }
  });

  it("places as brute force does", function () {
    this.timeout(30_000);
    const fleet: Fleet = { hostCount: 50, vmCount: 190, taskCount: 600 };
    const [file, some] = [join(folder, "tasks.csv"), tasks(fleet.taskCount)];
    writeFileSync(file, rowsText(some));
    for (const [as, right] of [
      ["vms", placeVms(fleet, some)],
      ["jobs", placeJobs(fleet, some)],
    ] as const) {
      const { mapHash, makespanS, finishSumS } = run("dist/bench/peers/ours/placement.js", file, JSON.stringify(fleet), as);
      assert.equal(mapHash, right.mapHash);
      assert.ok(Math.abs((makespanS as number) / right.makespanS - 1) < 1e-9);
      assert.ok(Math.abs((finishSumS as number) / right.finishSumS - 1) < 1e-9);
    }
  });
});
