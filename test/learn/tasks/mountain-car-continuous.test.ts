import { strict as assert } from "node:assert";
import { makeEnv } from "../../../src/learn/tasks/index.ts";
import { playEpisode, playEpisodes, randomPolicy } from "../play.ts";

const NONE = new Uint8Array(0);

describe("MountainCarContinuous-v0", () => {
  it("pushed from -0.5: speed 0.0015 - 0.0025 cos(-1.5), then position by it", () => {
    const env = makeEnv("MountainCarContinuous-v0");
    const out = new Float64Array(2);
    for (let seed = 1; seed <= 20; seed++) {
      env.reset(seed, out, NONE);
      const start = out[0] as number;
      assert.ok(start >= -0.6 && start < -0.4 && out[1] === 0);
      const { reward, elapsedS } = env.step(Float64Array.of(0.5), out, NONE);
      const speed = 0.00075 - 0.0025 * Math.cos(3 * start);
      assert.ok(Math.abs((out[1] as number) - speed) < 1e-16 && Math.abs((out[0] as number) - start - speed) < 1e-15);
      assert.ok(Math.abs(reward + 0.025) < 1e-16); // 0.1 x 0.5^2
      assert.equal(elapsedS, 1);
    }
  });

  it("stops at the left wall", () => {
    const env = makeEnv("MountainCarContinuous-v0");
    const out = new Float64Array(2);
    env.reset(1, out, NONE);
    let right = 1;
    let stopped = false;
    for (let t = 0; t < 200 && !stopped; t++) {
      right = (out[1] as number) >= 0 && (out[0] as number) < -0.3 ? 1 : -1; // swings, but never over the hill
      env.step(Float64Array.of(right), out, NONE);
      assert.ok(Math.abs(out[1] as number) <= 0.07);
      stopped = out[0] === -1.2;
    }
    assert.ok(stopped);
    assert.equal(out[1], 0);
  });

  it("pays 100 on the hill less 0.1 a step of full force, and the pushing along the speed gets there", () => {
    const env = makeEnv("MountainCarContinuous-v0");
    for (let seed = 1; seed <= 20; seed++) {
      const episode = playEpisode(env, seed, ([, speed], action) => {
        action[0] = (speed as number) >= 0 ? 1 : -1;
      });
      assert.ok(episode.terminated && episode.stepCount < 130, `${episode.stepCount} steps`);
      assert.ok(Math.abs(episode.return - (100 - 0.1 * episode.stepCount)) < 1e-10);
    }
  });

  it("costs a random policy 999 x 0.1 / 3 = 33.3 where it does not get there", () => {
    const env = makeEnv("MountainCarContinuous-v0");
    // The force is uniform on [-1, 1]: E[a^2] = 1/3, Var[a^2] = 4/45; a sum of 999 tenths has sd 0.94. 100 of them, five errors.
    const lost = playEpisodes(env, { seed: 1, count: 100 }, randomPolicy(env, 2)).filter(({ terminated }) => !terminated);
    assert.ok(lost.length >= 90 && lost.every(({ stepCount }) => stepCount === 999));
    const mean = lost.reduce((sum, episode) => sum + episode.return, 0) / lost.length;
    assert.ok(Math.abs(mean + 33.3) < 0.5, `${mean}`);
  });
});
