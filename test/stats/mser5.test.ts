import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import { mser5 } from "../../src/stats/index.ts";

/** The definition, in O(k^2): least sum of squares over (k - d)^2. */
function bySearch(values: readonly number[]): number {
  const means: number[] = [];
  for (let i = 0; i + 5 <= values.length; i += 5) means.push(values.slice(i, i + 5).reduce((a, b) => a + b) / 5);
  let best = Number.POSITIVE_INFINITY;
  let bestCut = 0;
  for (let cut = 0; cut <= means.length >> 1; cut++) {
    const rest = means.slice(cut);
    const center = rest.reduce((a, b) => a + b) / rest.length;
    const score = rest.reduce((sum, value) => sum + (value - center) * (value - center), 0) / (rest.length * rest.length);
    if (score < best - 1e-15) {
      best = score;
      bestCut = cut;
    }
  }
  return bestCut * 5;
}

describe("MSER-5", () => {
  it("by hand: two groups of ones, then zeros", () => {
    // groups 1, 1, 0, 0, 0, 0, 0, 0: cut 2 leaves no error at all
    assert.deepEqual(mser5([...Array(10).fill(1), ...Array(30).fill(0)]), { dropCount: 10, settled: true });
  });

  it("agrees with the definition on noise with a decaying start", () => {
    const uniform = rootRng(2).uniform;
    for (let trial = 0; trial < 40; trial++) {
      const values = Array.from({ length: 203 }, (_, i) => 10 * Math.exp(-i / (5 + trial)) + uniform());
      assert.equal(mser5(values).dropCount, bySearch(values));
    }
  });

  it("drops nothing from a constant series, and flags one that never settles", () => {
    assert.deepEqual(mser5(Array(50).fill(2)), { dropCount: 0, settled: true });
    assert.equal(mser5(Array.from({ length: 200 }, (_, i) => i)).settled, false);
  });

  it("needs ten values", () => {
    assert.throws(() => mser5([1, 2, 3]), RangeError);
  });
});
