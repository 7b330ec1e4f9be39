import { strict as assert } from "node:assert";
import { compareWithBaselines } from "../../../src/experiment/sweep/compare.ts";
import { tInterval } from "../../../src/stats/index.ts";

/** Runs of one point, by their values of x_s. */
const runs = (...values: readonly (number | null)[]) => values.map((value) => ({ metrics: { x_s: value }, notes: {} }));
const plan = (baselineOf: readonly number[]) => ({ metric: "x_s", baselineOf, interval: tInterval });

describe("compareWithBaselines", () => {
  it("takes the interval of paired differences, not the difference of intervals", () => {
    // Differences 1, 2, 3: mean 2, deviation 1, t(0.975, 2) = 4.302653, half-width 4.302653 / sqrt(3) = 2.484138.
    // The values themselves lie between 10 and 33: unpaired, nothing could be said.
    const [group] = compareWithBaselines([runs(10, 20, 30), runs(11, 22, 33)], plan([0, 0]));
    const [base, other] = group?.points ?? [];
    assert.deepEqual(base, { point: 0, difference: 0, ciLow: 0, ciHigh: 0, n: 3, verdict: "baseline" });
    assert.deepEqual([other?.difference, other?.n, other?.verdict], [2, 3, "unclear"]);
    assert.ok(Math.abs((other?.ciLow ?? 0) - (2 - 2.484138)) < 1e-6);
    assert.ok(Math.abs((other?.ciHigh ?? 0) - (2 + 2.484138)) < 1e-6);
  });

  it("ranks no points whose intervals meet", () => {
    // Differences from point 0: (-5, -5.1, -4.9) -> -5 +- 0.248; (1, 2, 3) -> -0.48..4.48 holds 0; (9, 9.1, 8.9) -> 9 +- 0.248.
    const values = [runs(10, 20, 30), runs(5, 14.9, 25.1), runs(11, 22, 33), runs(19, 29.1, 38.9)];
    const [group] = compareWithBaselines(values, plan([0, 0, 0, 0]));
    assert.deepEqual(
      group?.points.map(({ verdict }) => verdict),
      ["baseline", "lower", "unclear", "higher"],
    );
    assert.deepEqual(group?.order, [[1], [2, 0], [3]]);
  });

  it("joins a chain of overlaps, although its ends do not meet", () => {
    // Differences +-1 around 0, 3 and 6, each a spread of (-1, 0, 1): half-width 2.48, so 3 +- 2.48 meets 6 +- 2.48, but holds no 0.
    const values = [runs(0, 0, 0), runs(2, 3, 4), runs(5, 6, 7)];
    assert.deepEqual(compareWithBaselines(values, plan([0, 0, 0]))[0]?.order, [[0], [1, 2]]);
  });

  it("leaves out pairs of which one run has no value, and says nothing of one pair", () => {
    const [group] = compareWithBaselines([runs(1, null, 3), runs(2, 5, null)], plan([0, 0]));
    assert.deepEqual(group?.points[1], { point: 1, difference: null, ciLow: null, ciHigh: null, n: 1, verdict: "unclear" });
    assert.deepEqual(group?.order, [[0]]);
  });

  it("keeps points with other baselines apart", () => {
    const groups = compareWithBaselines([runs(1, 2), runs(5, 6), runs(2, 3), runs(7, 8)], plan([0, 1, 0, 1]));
    assert.deepEqual(
      groups.map(({ baseline, points }) => [baseline, points.map(({ point, difference }) => [point, difference])]),
      [
        [
          0,
          [
            [0, 0],
            [2, 1],
          ],
        ],
        [
          1,
          [
            [1, 0],
            [3, 2],
          ],
        ],
      ],
    );
  });
});
