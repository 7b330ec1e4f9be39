import { strict as assert } from "node:assert";
import { LatencyBins } from "../../src/experiment/latency-bins.ts";

describe("latency bins", () => {
  it("never read a percentile above the largest latency", () => {
    // 1 s begins the bin [1, 1.0625): its middle, 1.03125, never occurred.
    const bins = new LatencyBins();
    bins.add(1);
    assert.equal(bins.percentile(0.99), 1);
  });

  it("read percentiles to a 32nd", () => {
    for (const latencyS of [1e-4, 0.0123, 0.999, 1.06, 77]) {
      const bins = new LatencyBins();
      bins.add(latencyS);
      bins.add(1e5); // so that the largest is another
      assert.ok(Math.abs(bins.percentile(0.5) / latencyS - 1) <= 1 / 32);
    }
  });
});
