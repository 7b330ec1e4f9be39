import { strict as assert } from "node:assert";
import { returns } from "../../src/learn/evaluate.ts";
import { joinedBatches, RecordingEnv } from "../../src/learn/recording-env.ts";
import { heuristicPolicy } from "../../src/learn/tasks/heuristic.ts";
import { makeEnv } from "../../src/learn/tasks/index.ts";
import { playEpisode } from "./play.ts";

/** To the left while the pole leans left. */
const lean = (observation: ArrayLike<number>, actionOut: Float32Array | Float64Array): void => {
  actionOut[0] = (observation[2] as number) < 0 ? 0 : 1;
};

describe("an environment that records", () => {
  it("notes every transition of every episode, and changes none of them", () => {
    const env = new RecordingEnv(makeEnv("CartPole-v1"));
    const seeds = Array.from({ length: 40 }, (_, i) => 100 + i);
    const own = returns(heuristicPolicy(lean, 1), env, seeds, "greedy");
    assert.deepEqual(own, returns(heuristicPolicy(lean, 1), makeEnv("CartPole-v1"), seeds, "greedy"));
    const { observations, actions, rewards, successors, terminated, elapsedSteps } = env.transitions;
    assert.equal(
      rewards.length,
      own.reduce((sum, value) => sum + value, 0),
    ); // a reward of 1 each
    assert.ok(rewards.length > 1024, "the first arrays are too small");
    // The same episodes in float64, by a loop of the tests' own.
    const plain = makeEnv("CartPole-v1");
    let row = 0;
    for (const seed of seeds) {
      const before = row;
      playEpisode(plain, seed, (observation, action) => {
        lean(Float32Array.from(observation), action);
        assert.deepEqual([...observations.subarray(4 * row, 4 * row + 4)], [...Float32Array.from(observation)]);
        assert.equal(actions[row], action[0]);
        if (row > before) assert.deepEqual([...successors.subarray(4 * row - 4, 4 * row)], [...Float32Array.from(observation)]);
        row++;
      });
      assert.equal(terminated[row - 1], 1);
      assert.ok(terminated.subarray(before, row - 1).every((value) => value === 0));
      assert.ok(Math.abs(successors[4 * row - 2] as number) > 0.2, "the pole fell"); // beyond 12 degrees, 0.209
    }
    assert.equal(row, rewards.length);
    assert.ok(elapsedSteps.every((value) => value === 1));
  });

  it("joins what was recorded apart", () => {
    const env = new RecordingEnv(makeEnv("CartPole-v1"));
    returns(heuristicPolicy(lean, 1), env, [1], "greedy");
    const first = env.transitions;
    returns(heuristicPolicy(lean, 1), env, [2], "greedy");
    const both = env.transitions;
    const apart = new RecordingEnv(makeEnv("CartPole-v1"));
    returns(heuristicPolicy(lean, 1), apart, [2], "greedy");
    assert.deepEqual(joinedBatches([first, apart.transitions]), both);
  });
});
