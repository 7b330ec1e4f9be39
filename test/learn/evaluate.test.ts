import { strict as assert } from "node:assert";
import { evaluate, returns } from "../../src/learn/evaluate.ts";
import type { Policy } from "../../src/learn/policy.ts";
import { makeFaulty } from "./faulty.ts";

/** Picks the same always. */
const always = (pick: number): Policy => ({
  decisionSize: 1,
  memorySize: 0,
  decide: (_observation, _mask, _rng, out) => void out.fill(pick),
  toAction: (decision, actionOut) => actionOut.set(decision),
});

describe("an evaluation", () => {
  it("adds up the rewards of an episode of each seed", () => {
    const env = makeFaulty("none");
    const [observation, mask] = [new Float32Array(2), new Uint8Array(0)];
    const byHand = [4, 5].map((seed) => {
      env.reset(seed, observation, mask);
      return [1, 2, 3, 4, 5].reduce((sum) => sum + env.step(Float32Array.of(1), observation, mask).reward, 0);
    });
    const { stochastic, greedy } = evaluate(always(1), () => makeFaulty("none"), [4, 5]);
    assert.deepEqual([stochastic, greedy], [byHand, byHand]);
    assert.notEqual(byHand[0], byHand[1]);
  });

  it("names the episode in which an environment goes wrong", () => {
    assert.throws(() => returns(always(2), makeFaulty("nan"), [5], "greedy"), {
      name: "EnvError",
      message: /^episode of seed 5, Counter-v0, step 1: the reward is NaN, which is no finite number; /,
    });
    assert.throws(() => returns(always(2), makeFaulty("range"), [5], "greedy"), { name: "RangeError", message: "out of range at 1" });
  });
});
