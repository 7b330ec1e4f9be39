import { strict as assert } from "node:assert";
import { runSeeds, runTasks, type SeedPlan } from "../../src/experiment/pool.ts";
import { EnvError } from "../../src/learn/env-error.ts";
import { fakeRunSeed } from "./fake-run.ts";

type Plan = SeedPlan<{ readonly name: string }>;

function plan(seeds: readonly number[], workers: number): Plan {
  return { loaded: { name: "toy" }, seeds, workers, runSeed: fakeRunSeed, workerFile: new URL("./fake-worker.js", import.meta.url) };
}

describe("runSeeds", () => {
  const seeds = [1, 9, 3, 8, 5];

  it("gives the same results in the order of the seeds at any number of workers", async () => {
    const here = await runSeeds(plan(seeds, 1));
    const threads = await runSeeds(plan(seeds, 2));
    assert.deepEqual(
      here.map((run) => run.seed),
      seeds,
    );
    assert.deepEqual(threads, here);
  });

  it("hands the loaded scenario to every worker", async () => {
    const runs = await runSeeds(plan([8, 9], 2));
    assert.deepEqual(
      runs.map((run) => run.metrics.name_length),
      [3, 3],
    );
  });

  it("starts no more workers than there are seeds", async () => {
    assert.equal((await runSeeds(plan([4], 16))).length, 1);
  });

  for (const workers of [1, 2]) {
    it(`stops early with what it has, ${workers} worker(s)`, async () => {
      const control = new AbortController();
      // Seed 99 never ends by itself, so both lanes are busy when the stop comes and seed 5 is not begun.
      setTimeout(() => control.abort(), workers === 1 ? 20 : 500);
      const runs = await runSeeds(plan([99, 99, 5], workers), { signal: control.signal });
      assert.equal(runs.length, workers);
      for (const run of runs) assert.ok((run.interruptedAtS ?? 0) > 0);
    });

    it(`passes a bug on with its message, ${workers} worker(s)`, async () => {
      await assert.rejects(runSeeds(plan([666, 3], workers)), /broken world in toy/);
    });
  }

  it("reports progress over all runs", async () => {
    const fractions: number[] = [];
    await runSeeds(plan([9, 9], 1), { onProgress: (fraction) => fractions.push(fraction) });
    assert.deepEqual(fractions, [0, 0.5]); // one report a run of one turn: 0 of 2, then 1 of 2
  });
});

describe("runTasks", () => {
  const workerFile = new URL("./fake-worker.js", import.meta.url);
  const tasks = ["a", "bb", "ccc", "dddd"].map((name, i) => ({ loaded: { name }, seed: 6 + i }));

  for (const workers of [1, 2]) {
    it(`runs each task on its own scenario and hands its result over once, ${workers} worker(s)`, async () => {
      const lengths: unknown[] = [];
      let calls = 0;
      await runTasks({ tasks, workers, runSeed: fakeRunSeed, workerFile }, async (result, index) => {
        calls++;
        lengths[index] = [result.seed, result.metrics.name_length];
      });
      assert.equal(calls, 4);
      assert.deepEqual(lengths, [
        [6, 1],
        [7, 2],
        [8, 3],
        [9, 4],
      ]);
    });

    it(`tells an error of the user's making from a bug, ${workers} worker(s)`, async () => {
      const failing = [tasks[0], { loaded: { name: "dusk" }, seed: 667 }].map((task) => task ?? assert.fail());
      const failed = runTasks({ tasks: failing, workers, runSeed: fakeRunSeed, workerFile }, () => {});
      await assert.rejects(failed, (error) => error instanceof EnvError && error.message === "dusk sees NaN");
    });

    it(`stops when a result cannot be kept, ${workers} worker(s)`, async () => {
      const keep = async () => {
        throw new Error("disk full");
      };
      await assert.rejects(runTasks({ tasks, workers, runSeed: fakeRunSeed, workerFile }, keep), /disk full/);
    });
  }
});
