import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shareOf, tasksOf } from "../../../src/experiment/sweep/shard.ts";
import { TaskStore } from "../../../src/experiment/sweep/task-store.ts";
import { fakeResult } from "../fake-run.ts";

describe("TaskStore", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cybertwin-tasks-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const key = { point: 2, seed: 7 };
  const file = (): string => join(folder, "tasks/point-3-seed-7.json");

  it("gives back what it stored, to the last bit", async () => {
    const { metrics, notes, identities, eventLogHash } = fakeResult(7, {
      metrics: { a_s: 0.1 + 0.2, tiny_s: 5e-324, none_s: null },
      notes: { a_s: { halfWidth: 1 / 3 } },
    });
    const store = new TaskStore(folder, "sweep-a");
    assert.equal(await store.read(key), undefined);
    await store.write(key, fakeResult(7, { metrics, notes }));
    assert.deepEqual(await store.read(key), { metrics, notes, identities, eventLogHash });
    assert.deepEqual(readdirSync(join(folder, "tasks")), ["point-3-seed-7.json"]); // and no leftovers
  });

  it("takes neither a damaged file nor one of another sweep, point or seed", async () => {
    const store = new TaskStore(folder, "sweep-a");
    await store.write(key, fakeResult(7));
    const text = readFileSync(file(), "utf8");
    for (const wrong of [
      "",
      text.slice(0, 40),
      "null",
      "[]",
      text.replace('"point":3', '"point":4'),
      text.replace('"seed":7', '"seed":8'),
    ]) {
      writeFileSync(file(), wrong);
      assert.equal(await store.read(key), undefined, wrong);
    }
    writeFileSync(file(), text);
    assert.notEqual(await store.read(key), undefined);
    assert.equal(await new TaskStore(folder, "sweep-b").read(key), undefined);
  });

  it("does not hide a number that JSON cannot say", async () => {
    const broken = fakeResult(7, { metrics: { x_s: Number.NaN } });
    await assert.rejects(new TaskStore(folder, "a").write(key, broken), /metric x_s is NaN at point 3, seed 7/);
  });
});

describe("shares of a sweep", () => {
  it("are disjoint, cover all runs and differ by one at most", () => {
    const tasks = tasksOf(3, [5, 6, 7, 8, 9]); // 15 runs on 4 machines: 4 + 4 + 4 + 3
    const shares = [1, 2, 3, 4].map((index) => shareOf(tasks, { index, of: 4 }));
    assert.deepEqual(
      shares.map((share) => share.length),
      [4, 4, 4, 3],
    );
    const names = shares.flat().map(({ point, seed }) => `${point}/${seed}`);
    assert.equal(new Set(names).size, 15);
    assert.deepEqual(shares[1]?.[0], { point: 0, seed: 6 });
  });
});
