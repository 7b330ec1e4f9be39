import { strict as assert } from "node:assert";
import { line, measure } from "../../bench/harness.ts";

describe("bench harness", () => {
  let sink = 0;
  const busy = (turnCount: number) => (): void => {
    for (let i = 0; i < turnCount; i++) sink += Math.sqrt(i);
  };

  it("gives the ratio of speeds, and judges it", async function () {
    this.timeout(30_000);
    // Ours does a quarter of the work, so it is about four times as fast; half to double of that is far beyond noise.
    const benchCase = { name: "roots", unit: "roots", operationCount: 1, ratioMin: 1, ours: busy(2e6), reference: busy(8e6) };
    const result = await measure(benchCase);
    assert.ok(sink > 0);
    assert.ok(result.ratioMedian > 2 && result.ratioMedian < 8, line(benchCase, result));
    assert.ok(result.ratioLow <= result.ratioMedian && result.ratioMedian <= result.ratioHigh);
    assert.ok(result.good);
    assert.match(line(benchCase, result), /^good {3}roots .*ratio [2-8]\.\d\d \(.* to .*\), at least 1; /);
    assert.match(line(benchCase, { ...result, good: false }), /^short {2}roots/);
  });
});
