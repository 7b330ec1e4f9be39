import { strict as assert } from "node:assert";
import { spearman } from "../../src/stats/index.ts";

describe("Spearman's rank correlation", () => {
  it("goes by order alone", () => {
    assert.equal(spearman([1, 2, 3], [1, 10, 1e6]), 1);
    assert.equal(spearman([1, 2, 3], [7, 5, -2]), -1);
  });

  it("gives equal values the mean of their ranks", () => {
    // Ranks of x are 2.5, 1, 2.5, 4, of y 1, 2, 3, 4; less their mean 2.5: 0, -1.5, 0, 1.5 and -1.5, -0.5, 0.5, 1.5.
    // Products sum to 0.75 + 2.25 = 3, squares to 4.5 and 5.
    assert.ok(Math.abs(spearman([5, 1, 5, 9], [1, 2, 3, 4]) - 3 / Math.sqrt(4.5 * 5)) < 1e-15);
  });

  it("is not a number where nothing varies, and needs pairs", () => {
    assert.ok(Number.isNaN(spearman([1, 1], [1, 2])));
    assert.throws(() => spearman([1], [1, 2]), RangeError);
  });
});
