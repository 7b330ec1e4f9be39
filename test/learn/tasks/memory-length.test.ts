import { strict as assert } from "node:assert";
import { makeEnv } from "../../../src/learn/tasks/index.ts";
import { meanReturn, playEpisode, playEpisodes, randomPolicy } from "../play.ts";

describe("MemoryLength-v0", () => {
  it("shows the sign once, then only how far it is", () => {
    const env = makeEnv("MemoryLength-v0");
    const seen: number[][] = [];
    playEpisode(env, 1, (out, action) => {
      seen.push([...out]);
      action[0] = 0;
    });
    assert.ok(Math.abs(seen[0]?.[0] as number) === 1);
    assert.deepEqual(
      seen.map(([, progress]) => progress),
      [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
    );
    assert.ok(seen.slice(1).every(([sign]) => sign === 0));
  });

  it("pays 1 to who remembers, -1 to who says the opposite, and is fair to who forgets", () => {
    const env = makeEnv("MemoryLength-v0");
    const remembering = (truth: 1 | -1) => {
      let sign = 0;
      return ([shown]: Float64Array, action: Float64Array): void => {
        if (shown !== 0) sign = shown as number;
        action[0] = sign * truth > 0 ? 1 : 0;
      };
    };
    const plan = { seed: 1, count: 1000 };
    assert.equal(meanReturn(playEpisodes(env, plan, remembering(1))), 1);
    assert.equal(meanReturn(playEpisodes(env, plan, remembering(-1))), -1);
    // A thousand fair coins: the mean's sd is 0.032; five of them, for the random and for the constant.
    assert.ok(Math.abs(meanReturn(playEpisodes(env, plan, randomPolicy(env, 2)))) < 0.16);
    const constant = playEpisodes(env, plan, (_out, action) => {
      action[0] = 1;
    });
    assert.ok(Math.abs(meanReturn(constant)) < 0.16);
    assert.ok(constant.every(({ terminated, truncated, stepCount }) => terminated && !truncated && stepCount === 10));
  });
});
