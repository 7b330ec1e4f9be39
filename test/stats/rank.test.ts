import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import { differences, holm, pairedInterval, pairUp, rankPolicies, tInterval, tTestP } from "../../src/stats/index.ts";

const CANDIDATE = [10.1, 12.4, 9.8, 15.0, 11.2, 13.3, 10.9, 14.1];
const BASELINE = [11.0, 12.9, 10.9, 15.2, 12.5, 13.9, 11.1, 15.6];

describe("pairs on common random numbers", () => {
  it("by hand, and as SciPy 1.17 stats.ttest_rel says", () => {
    const pairs = pairUp(CANDIDATE, BASELINE);
    // Differences -0.9 -0.5 -1.1 -0.2 -1.3 -0.6 -0.2 -1.5: mean -0.7875, squares 6.65, variance (6.65 - 8 * 0.62016) / 7 = 0.24125
    const interval = pairedInterval(pairs, 0.95);
    assert.ok(Math.abs(interval.mean + 0.7875) < 1e-12);
    assert.ok(Math.abs(interval.high - (-0.7875 + 2.36462 * Math.sqrt(0.241_25 / 8))) < 1e-4); // t(0.975, 7)
    assert.ok(Math.abs(tTestP(differences(pairs)) / 0.002684165324512935 - 1) < 1e-9);
  });

  it("sees what two separate intervals do not", () => {
    const separate = [tInterval(CANDIDATE, 0.95), tInterval(BASELINE, 0.95)] as const;
    assert.ok(separate[0].high > separate[1].low);
    assert.ok(pairedInterval(pairUp(CANDIDATE, BASELINE), 0.95).high < 0);
  });

  it("a difference without spread is certain, none at all is none", () => {
    assert.equal(tTestP([1, 1, 1]), 0);
    assert.equal(tTestP([0, 0, 0]), 1);
    assert.equal(tTestP([5]), 1);
    assert.throws(() => pairUp([1, 2], [1]), RangeError);
  });
});

describe("Holm", () => {
  it("is the closed test by Bonferroni: the worst over all sets that contain the hypothesis", () => {
    const rng = rootRng(8);
    for (let trial = 0; trial < 50; trial++) {
      const pValues = Array.from({ length: 6 }, () => rng.uniform() * rng.uniform() * 0.2);
      const steps = holm(pValues, 0.05);
      pValues.forEach((_, i) => {
        let worst = 0;
        for (let set = 1; set < 64; set++) {
          if ((set & (1 << i)) === 0) continue;
          const members = pValues.filter((_value, j) => (set & (1 << j)) !== 0);
          worst = Math.max(worst, Math.min(1, members.length * Math.min(...members)));
        }
        assert.ok(Math.abs((steps[i]?.adjusted as number) - worst) < 1e-15);
        assert.equal(worst <= 0.05, (pValues[i] as number) <= (steps[i]?.share as number), "share and adjusted p agree");
      });
    }
  });

  it("by hand: 0.01, 0.04, 0.03 at 5 %", () => {
    // Ordered 0.01 * 3, 0.03 * 2, then max(0.06, 0.04 * 1); the second misses 0.05 / 2, and the third gets no more.
    const steps = holm([0.01, 0.04, 0.03], 0.05);
    assert.deepEqual(
      steps.map(({ adjusted }) => adjusted.toFixed(4)),
      ["0.0300", "0.0600", "0.0600"],
    );
    assert.deepEqual(
      steps.map(({ share }) => share.toFixed(4)),
      ["0.0167", "0.0250", "0.0250"],
    );
  });
});

describe("ranking", () => {
  const noise = [3, -1, 4, -1, -5, 9, -2, 6, -5, 3];
  const own = [0.1, -0.2, 0.1, 0, 0.2, -0.1, 0, -0.1, 0.2, -0.1];
  const policy = (name: string, offset: number, wobble: number) => ({
    name,
    values: noise.map((value, i) => value + offset + wobble * (own[(i * 3) % 10] as number)),
  });

  it("orders who differ and refuses to order who do not", () => {
    const { groups, refusals, comparisons } = rankPolicies(
      [policy("slow", 5, 1), policy("even", 1, 2), policy("level", 1.01, -1), policy("fast", 0, 0)],
      "lower",
      0.95,
    );
    assert.deepEqual(groups, [["fast"], ["level", "even"], ["slow"]]);
    assert.equal(comparisons.length, 6);
    assert.equal(refusals.length, 1);
    assert.match(
      refusals[0] as string,
      /^level and even are not ranked: the 95\.00 % interval of their difference, -0\.\d+ to 0\.\d+, contains zero$/,
    );
    assert.deepEqual(rankPolicies([policy("a", 0, 1), policy("b", 3, 2)], "higher", 0.95).groups, [["b"], ["a"]]);
  });

  it("each verdict is that of its interval", () => {
    const rng = rootRng(9);
    let separated = 0;
    for (let trial = 0; trial < 100; trial++) {
      const policies = [0, 0.1, 0.2, 0.6].map((offset, i) => ({
        name: `p${i}`,
        values: Array.from({ length: 6 }, () => offset + rng.uniform()),
      }));
      for (const comparison of rankPolicies(policies, "lower", 0.9).comparisons) {
        assert.equal(comparison.separated, comparison.difference.high < 0, JSON.stringify(comparison));
        if (comparison.separated) separated++;
      }
    }
    assert.ok(separated > 50 && separated < 550);
  });

  it("chains of ties are one group, and one seed ranks nobody", () => {
    // a and c differ by 1 each time, b lies between with much spread of its own: tied with both.
    const wild = { name: "b", values: noise.map((value, i) => value + 0.5 + 10 * (own[i] as number)) };
    const { groups, refusals } = rankPolicies([policy("a", 0, 0.1), wild, policy("c", 1, 0.2)], "lower", 0.95);
    assert.deepEqual(groups, [["a", "b", "c"]]);
    assert.equal(refusals.length, 2);
    // d beats b and c, which share its noise, but not a, which does not: nobody can be cut off.
    const flat = { name: "a", values: noise.map(() => 0) };
    const chain = rankPolicies([flat, policy("b", 0, 0.1), policy("c", 0.001, 0.3), policy("d", 1, 0.2)], "lower", 0.95);
    assert.equal(chain.comparisons.filter(({ separated }) => separated).length, 2);
    assert.deepEqual(chain.groups, [["a", "b", "c", "d"]]);
    assert.deepEqual(
      rankPolicies(
        [
          { name: "x", values: [1] },
          { name: "y", values: [9] },
        ],
        "lower",
        0.95,
      ).groups,
      [["x", "y"]],
    );
    assert.throws(
      () =>
        rankPolicies(
          [
            { name: "x", values: [1, 2] },
            { name: "y", values: [9] },
          ],
          "lower",
          0.95,
        ),
      RangeError,
    );
  });
});
