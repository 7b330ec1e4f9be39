import { strict as assert } from "node:assert";
import { atMost, equivalent, mean, nonInferior, tCdf, tInterval, variance } from "../../src/stats/index.ts";

describe("equivalence", () => {
  it("passes inside, fails outside, and does not let a wide interval pass", () => {
    assert.equal(equivalent({ low: 0.995, high: 1.005 }, 1, 0.01), "pass");
    assert.equal(equivalent({ low: 0.99, high: 1.01 }, 1, 0.01), "pass");
    assert.equal(equivalent({ low: 1.02, high: 1.03 }, 1, 0.01), "fail");
    assert.equal(equivalent({ low: 0.9, high: 0.98 }, 1, 0.01), "fail");
    assert.equal(equivalent({ low: 0.5, high: 2 }, 1, 0.01), "undecided");
    assert.equal(equivalent({ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }, 1, 0.01), "undecided");
    assert.equal(equivalent({ low: 3, high: 3 }, 3, 0), "pass");
  });

  it("passes exactly when both one-sided t tests reject at 0.5 %", () => {
    const values = [0.98, 1.03, 1.0, 0.97, 1.05, 1.01];
    const error = Math.sqrt(variance(values) / values.length);
    const verdicts = new Set<string>();
    for (let margin = 0.005; margin < 0.1; margin += 0.005) {
      const tooLow = 1 - tCdf((mean(values) - (1 - margin)) / error, 5);
      const tooHigh = tCdf((mean(values) - (1 + margin)) / error, 5);
      const verdict = equivalent(tInterval(values, 0.99), 1, margin);
      verdicts.add(verdict);
      assert.equal(verdict === "pass", Math.max(tooLow, tooHigh) <= 0.005, `margin ${margin}`);
    }
    assert.deepEqual([...verdicts], ["undecided", "pass"]);
  });

  it("tests a bound on its side only", () => {
    assert.equal(atMost({ low: 0.1, high: 0.9 }, 1), "pass");
    assert.equal(atMost({ low: 0.9, high: 1.1 }, 1), "undecided");
    assert.equal(atMost({ low: 1.1, high: 1.2 }, 1), "fail");
  });

  it("non-inferior: at most the margin worse, however much better", () => {
    assert.equal(nonInferior({ low: -9, high: 0.015 }, 0.02, "lower"), "pass");
    assert.equal(nonInferior({ low: -9, high: 0.025 }, 0.02, "lower"), "undecided");
    assert.equal(nonInferior({ low: 0.03, high: 0.04 }, 0.02, "lower"), "fail");
    assert.equal(nonInferior({ low: -0.015, high: 9 }, 0.02, "higher"), "pass");
    assert.equal(nonInferior({ low: -9, high: -0.03 }, 0.02, "higher"), "fail");
  });

  it("gives no verdict on missing numbers", () => {
    assert.throws(() => equivalent({ low: Number.NaN, high: 1 }, 1, 0.1), RangeError);
    assert.throws(() => equivalent({ low: 0, high: 1 }, Number.NaN, 0.1), RangeError);
    assert.throws(() => equivalent({ low: 0, high: 1 }, 1, -0.1), RangeError);
    assert.throws(() => nonInferior({ low: 0, high: 1 }, Number.NaN, "lower"), RangeError);
  });
});
