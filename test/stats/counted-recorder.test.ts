/** Percentiles of values that stand for many, beside those of the many. */
import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import { CountedRecorder, LatencyRecorder } from "../../src/stats/index.ts";

describe("CountedRecorder", () => {
  it("has the percentiles of as many single values, in whatever order they come", () => {
    const rng = rootRng(7).fork("counted");
    const counted = new CountedRecorder();
    for (let round = 0; round < 30; round++) {
      const single = new LatencyRecorder();
      let value = 0;
      for (let i = 0; i < 1 + rng.int(200); i++) {
        value = rng.uniform() < 0.8 ? value + rng.uniform() : rng.uniform(); // stretches that rise
        const count = rng.int(4);
        counted.add(value, count);
        for (let k = 0; k < count; k++) single.add(value);
        if (rng.uniform() < 0.02 && single.n > 0) assert.equal(counted.percentile(0.9), single.percentile(0.9));
      }
      for (const p of [0.01, 0.5, 0.99, 1]) assert.equal(counted.percentile(p), single.percentile(p));
      counted.clear();
      assert.ok(Number.isNaN(counted.percentile(0.5)));
    }
  });
});
