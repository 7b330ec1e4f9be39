import { strict as assert } from "node:assert";
import { cartPole } from "../../../src/learn/tasks/cart-pole.ts";
import type { Heuristic } from "../../../src/learn/tasks/heuristic.ts";
import { makeEnv } from "../../../src/learn/tasks/index.ts";
import { meanReturn, playEpisode, playEpisodes, randomPolicy } from "../play.ts";

const NONE = new Uint8Array(0);
const [GRAVITY, CART_KG, POLE_KG, HALF_M, STEP_S] = [9.8, 1, 0.1, 0.5, 0.02];

/** Lagrange's two equations for the accelerations of cart and pole, solved by Cramer's rule, and a step of Euler. */
function eulerStep([x, v, angle, turn]: readonly number[], forceN: number): number[] {
  const [sin, cos] = [Math.sin(angle as number), Math.cos(angle as number)];
  // (M + m) a + m l cos b = F + m l sin w^2;  m l cos a + 4/3 m l^2 b = m g l sin
  const [a11, a12, r1] = [CART_KG + POLE_KG, POLE_KG * HALF_M * cos, forceN + POLE_KG * HALF_M * sin * (turn as number) * (turn as number)];
  const [a21, a22, r2] = [POLE_KG * HALF_M * cos, (4 / 3) * POLE_KG * HALF_M * HALF_M, POLE_KG * GRAVITY * HALF_M * sin];
  const determinant = a11 * a22 - a12 * a21;
  const acceleration = (r1 * a22 - a12 * r2) / determinant;
  const angular = (a11 * r2 - r1 * a21) / determinant;
  return [
    (x as number) + STEP_S * (v as number),
    (v as number) + STEP_S * acceleration,
    (angle as number) + STEP_S * (turn as number),
    (turn as number) + STEP_S * angular,
  ];
}

describe("CartPole-v1", () => {
  it("moves as Lagrange's equations say", () => {
    const env = makeEnv("CartPole-v1");
    const state = new Float64Array(4);
    for (let seed = 1; seed <= 20; seed++) {
      env.reset(seed, state, NONE);
      assert.ok(state.every((value) => Math.abs(value) <= 0.05));
      for (let t = 0; t < 8; t++) {
        const right = (seed * (t + 3)) % 3 === 0;
        const expected = eulerStep([...state], right ? 10 : -10);
        const { reward, elapsedS } = env.step(Float64Array.of(right ? 1 : 0), state, NONE);
        expected.forEach((value, i) => {
          assert.ok(Math.abs(value - (state[i] as number)) < 1e-13, `seed ${seed}, step ${t}: ${value} and ${state[i]}`);
        });
        assert.deepEqual([reward, elapsedS], [1, 0.02]);
      }
    }
  });

  it("pushed from rest: 0.1951 m/s and -0.2927 rad/s after a step", () => {
    // 10 N: a push of 10/1.1 = 9.0909 m/s2; the pole turns at -9.0909 / (0.5 (4/3 - 0.1/1.1)) = -14.6341 rad/s2, the cart
    // feels 0.05 x 14.6341 / 1.1 of it: 9.7561 m/s2. Times 0.02 s.
    const [, speed, , turn] = eulerStep([0, 0, 0, 0], 10);
    assert.ok(Math.abs((speed as number) - 0.195122) < 1e-6 && Math.abs((turn as number) + 0.292683) < 1e-6);
  });

  it("ends beyond 12 degrees or 2.4 m, and pays for the last step too", () => {
    const env = makeEnv("CartPole-v1");
    const state = new Float64Array(4);
    env.reset(1, state, NONE);
    for (let t = 1; ; t++) {
      const before = Math.abs(state[2] as number);
      const { reward, terminated } = env.step(Float64Array.of(1), state, NONE);
      assert.equal(reward, 1);
      assert.equal(terminated, Math.abs(state[2] as number) > (12 * Math.PI) / 180);
      if (terminated) {
        assert.ok(before <= (12 * Math.PI) / 180 && t >= 8 && t <= 11, `${t}`); // always one side: 9 or 10 steps, as published
        break;
      }
    }
  });

  it("is worth 22 to a random policy and all 500 to a good one", () => {
    const env = makeEnv("CartPole-v1");
    // Published: about 22; the lengths' sd is 12, so 2000 episodes have a standard error of 0.27; five of them.
    const mean = meanReturn(playEpisodes(env, { seed: 1, count: 2000 }, randomPolicy(env, 2)));
    assert.ok(Math.abs(mean - 22.3) < 1.4, `${mean}`);
    const balance = cartPole.heuristics?.["state-feedback"] as Heuristic;
    for (let seed = 1; seed <= 20; seed++) {
      const { stepCount, terminated, truncated } = playEpisode(env, seed, balance);
      assert.deepEqual([stepCount, terminated, truncated], [500, false, true]);
    }
  });
});
