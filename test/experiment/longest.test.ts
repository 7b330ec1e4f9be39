import { strict as assert } from "node:assert";
import { LongestStretches } from "../../src/experiment/longest.ts";

const lengthsOf = (lengthsS: readonly number[], keptMax: number) => {
  const longest = new LongestStretches(keptMax);
  for (const [job, lengthS] of lengthsS.entries()) {
    if (longest.counts(lengthS)) longest.keep({ job, server: "a", startS: job, endS: job + lengthS, outcome: "finished" });
  }
  const { segments, truncatedCount } = longest.result();
  return { kept: segments.map(({ startS, endS }) => endS - startS), truncatedCount };
};

describe("the longest stretches", () => {
  it("are kept in order of start, also when they come last", () => {
    assert.deepEqual(lengthsOf([1, 2, 3, 9, 1, 8, 7], 3), { kept: [9, 8, 7], truncatedCount: 4 });
    assert.deepEqual(lengthsOf([1, 2, 9, 3, 8, 1, 1, 7, 1, 1, 1], 3), { kept: [9, 8, 7], truncatedCount: 8 });
  });

  it("are all of them where they are few", () => {
    assert.deepEqual(lengthsOf([1, 2, 1], 3), { kept: [1, 2, 1], truncatedCount: 0 });
  });

  it("are the earlier ones where lengths are equal", () => {
    assert.deepEqual(lengthsOf([5, 5, 5, 5, 5, 5, 6], 2), { kept: [5, 6], truncatedCount: 5 });
  });
});
