import { strict as assert } from "node:assert";
import type { Baseline } from "../../../src/experiment/gate/baseline.ts";
import { judgeGate, type Now } from "../../../src/experiment/gate/judge.ts";

/** Four seeds: the policy earns 101, 99, 103, 97, the heuristic 90, 92, 94, 84. */
const POLICY = [101, 99, 103, 97];
const HEURISTIC = [90, 92, 94, 84];
const baseline: Baseline = {
  subject: { name: "toy", sha256: "a", heuristic: { kind: "h" }, metric: "m", seeds: [1, 2, 3, 4] },
  worldVersion: "world",
  policySha256: "policy",
  rewards: { policy: POLICY, heuristic: HEURISTIC },
};
const now = (changed: Partial<Now>): Now => ({ worldVersion: "world", policySha256: "policy", rewards: baseline.rewards, ...changed });
const plus = (values: readonly number[], ...added: readonly number[]): number[] =>
  values.map((value, i) => value + (added[i % added.length] as number));

/** t of 95 % with three degrees of freedom, from a table. */
const T = 2.3534;

describe("the judgement of a gate", () => {
  it("is ok by equal bits in the same world, and says the advantage", () => {
    const { verdict, judgedBy, advantage, margin } = judgeGate(baseline, now({}), 0.02);
    // Advantages 11, 7, 9, 13: 10 in the mean. The policy earns 100 in the mean, so 2 % are 2.
    assert.deepEqual([verdict, judgedBy, advantage, margin], ["ok", "equal rewards", { before: 10, now: 10 }, 2]);
  });

  it("is `policy broken` in the same world by one bit of one seed, upwards as well", () => {
    const oneBit = [101, 99, 103 + 2 ** -46, 97];
    const { verdict, differing } = judgeGate(baseline, now({ rewards: { policy: oneBit, heuristic: HEURISTIC } }), 0.02);
    assert.deepEqual([verdict, differing], ["policy broken", { policy: [2], heuristic: [] }]);
    const other = judgeGate(baseline, now({ rewards: { policy: POLICY, heuristic: plus(HEURISTIC, 1) } }), 0.02);
    assert.deepEqual([other.verdict, other.differing.heuristic], ["policy broken", [0, 1, 2, 3]]);
  });

  it("lets a world move that moves both alike", () => {
    const moved = { worldVersion: "another", rewards: { policy: plus(POLICY, -30), heuristic: plus(HEURISTIC, -30) } };
    const { verdict, judgedBy, change, worldMoved } = judgeGate(baseline, now(moved), 0.02);
    assert.deepEqual([verdict, judgedBy, worldMoved, change.mean, change.low], ["ok", "advantage", true, 0, 0]);
  });

  it("asks for an advantage that is shown to be no more than the margin less", () => {
    // The advantage changes by -1.5, -0.5, -1.5, -0.5: mean -1, sd 0.57735, standard error 0.288675; -1 - 2.3534 x 0.288675 = -1.67937.
    const rewards = { policy: plus(POLICY, -1.5, -0.5), heuristic: HEURISTIC };
    const { verdict, change } = judgeGate(baseline, now({ worldVersion: "another", rewards }), 0.02);
    assert.equal(verdict, "ok");
    assert.ok(Math.abs(change.mean + 1) < 1e-12 && Math.abs(change.low - (-1 - T * 0.288675)) < 1e-4, `${change.low}`);
    const strict = judgeGate(baseline, now({ worldVersion: "another", rewards }), 0.0167);
    assert.equal(strict.verdict, "world moved, policy stale");
  });

  it("does not take what is not shown for shown: the same mean, spread wide, is stale", () => {
    // -4, 2, -4, 2: mean -1, standard error 1.73205, low -5.08.
    const rewards = { policy: plus(POLICY, -4, 2), heuristic: HEURISTIC };
    assert.equal(judgeGate(baseline, now({ worldVersion: "another", rewards }), 0.02).verdict, "world moved, policy stale");
  });

  it("is stale where the heuristic gains what the policy does not", () => {
    const rewards = { policy: POLICY, heuristic: plus(HEURISTIC, 5) };
    assert.equal(judgeGate(baseline, now({ worldVersion: "another", rewards }), 0.02).verdict, "world moved, policy stale");
  });

  it("compares another policy in the same world by its advantage", () => {
    const better = judgeGate(baseline, now({ policySha256: "new", rewards: { policy: plus(POLICY, 3), heuristic: HEURISTIC } }), 0.02);
    assert.deepEqual([better.verdict, better.judgedBy, better.policyChanged], ["ok", "advantage", true]);
    const worse = judgeGate(baseline, now({ policySha256: "new", rewards: { policy: plus(POLICY, -3), heuristic: HEURISTIC } }), 0.02);
    assert.equal(worse.verdict, "policy broken");
  });

  it("takes the margin of the reward's size, where rewards are costs", () => {
    const costs: Baseline = { ...baseline, rewards: { policy: plus(POLICY, -200), heuristic: plus(HEURISTIC, -200) } };
    assert.equal(judgeGate(costs, now({ rewards: costs.rewards }), 0.02).margin, 2); // the mean is -100
  });

  it("refuses rewards that cannot be paired", () => {
    assert.throws(() => judgeGate(baseline, now({ rewards: { policy: [1, 2], heuristic: [1, 2] } }), 0.02), RangeError);
  });
});
