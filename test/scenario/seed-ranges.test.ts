import { strict as assert } from "node:assert";
import { firstForeignSeed, firstSharedSeed, foreignSeedText, SEED_RANGES } from "../../src/scenario/seed-ranges.ts";

describe("seed ranges", () => {
  it("share no seed with each other", () => {
    const all = Object.values(SEED_RANGES).flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
    assert.equal(new Set(all).size, 4000);
    assert.ok(Math.min(...all) === 1000 && Math.max(...all) === 4999);
  });

  it("leave a seed to its use, and those below 1000 to everybody", () => {
    assert.equal(firstForeignSeed("training", [0, 999, 1000, 1999]), undefined);
    assert.equal(firstForeignSeed("training", [1999, 2000, 2001]), 2000);
    assert.equal(firstForeignSeed("gates", [3000, 3999, 5000]), 5000);
  });

  it("say what a foreign seed is for", () => {
    assert.equal(foreignSeedText("training", 2001), "must be 1000..1999, or your own below 1000, got 2001, which is for evaluation");
    assert.equal(foreignSeedText("evaluation", 5000), "must be 2000..2999, or your own below 1000, got 5000");
  });

  it("find what two lists share", () => {
    assert.equal(firstSharedSeed([1, 2, 3], [5, 3, 2]), 2);
    assert.equal(firstSharedSeed([1], [2]), undefined);
  });
});
