import { strict as assert } from "node:assert";
import type { Heuristic } from "../../../src/learn/tasks/heuristic.ts";
import { makeEnv } from "../../../src/learn/tasks/index.ts";
import { pendulum } from "../../../src/learn/tasks/pendulum.ts";
import { meanReturn, playEpisodes, randomPolicy } from "../play.ts";

const NONE = new Uint8Array(0);
const STEP_S = 0.05;

/** A rod of 1 kg and 1 m about its end: inertia 1/3, weight 10 N at half its length. Upright is 0. */
const energyJ = (angle: number, turn: number): number => turn * turn * (1 / 3) * 0.5 + 10 * 0.5 * Math.cos(angle);
const angular = (angle: number, torqueNm: number): number => (10 * 0.5 * Math.sin(angle) + torqueNm) / (1 / 3);

describe("Pendulum-v1", () => {
  it("moves by its torques with the new speed, and costs what the old state costs", () => {
    const env = makeEnv("Pendulum-v1");
    const out = new Float64Array(3);
    for (let seed = 1; seed <= 20; seed++) {
      env.reset(seed, out, NONE);
      for (let t = 0; t < 10; t++) {
        const [cos, sin, turn] = out as unknown as [number, number, number];
        const angle = Math.atan2(sin, cos);
        const torque = 2 * Math.sin(seed + t);
        const { reward, elapsedS, terminated } = env.step(Float64Array.of(torque), out, NONE);
        const nextTurn = Math.max(-8, Math.min(8, turn + STEP_S * angular(angle, torque)));
        const nextAngle = angle + STEP_S * nextTurn;
        const expected = [Math.cos(nextAngle), Math.sin(nextAngle), nextTurn];
        expected.forEach((value, i) => {
          assert.ok(Math.abs(value - (out[i] as number)) < 1e-13);
        });
        assert.ok(Math.abs(reward + angle * angle + 0.1 * turn * turn + 0.001 * torque * torque) < 1e-12);
        assert.deepEqual([elapsedS, terminated], [STEP_S, false]);
      }
    }
  });

  it("left alone keeps its energy, as far as its method does, and follows a fine integration", () => {
    const env = makeEnv("Pendulum-v1");
    const out = new Float64Array(3);
    for (let seed = 1; seed <= 10; seed++) {
      env.reset(seed, out, NONE);
      let angle = Math.atan2(out[1] as number, out[0] as number);
      let turn = out[2] as number;
      // Symplectic Euler keeps H - dt/2 w V'(a) up to dt^2, V' = -5 sin(a): so E + dt/2 x 5 w sin(a) hardly moves, though E does.
      const shadowJ = (a: number, w: number): number => energyJ(a, w) + (STEP_S / 2) * 5 * w * Math.sin(a);
      const atStartJ = shadowJ(angle, turn);
      for (let t = 0; t < 100; t++) {
        env.step(Float64Array.of(0), out, NONE);
        const [cos, sin, speed] = out as unknown as [number, number, number];
        const driftJ = Math.abs(shadowJ(Math.atan2(sin, cos), speed) - atStartJ);
        assert.ok(driftJ < 0.15, `seed ${seed}, step ${t}: ${driftJ} J of a span of 10 J`);
      }
      // Two steps against 2000 of the midpoint method: Euler's error is of the order of acceleration x dt^2.
      env.reset(seed, out, NONE);
      for (let t = 0; t < 2; t++) env.step(Float64Array.of(1), out, NONE);
      const fineS = (2 * STEP_S) / 2000;
      for (let k = 0; k < 2000; k++) {
        const [midAngle, midTurn] = [angle + (fineS / 2) * turn, turn + (fineS / 2) * angular(angle, 1)];
        angle += fineS * midTurn;
        turn += fineS * angular(midAngle, 1);
      }
      const apart = Math.abs(Math.atan2(out[1] as number, out[0] as number) - angle) % (2 * Math.PI);
      assert.ok(Math.min(apart, 2 * Math.PI - apart) < 3 * 18 * STEP_S * STEP_S && Math.abs((out[2] as number) - turn) < 0.4);
    }
  });

  it("begins anywhere with at most 1 rad/s, and ends by the limit of 200 alone", () => {
    const env = makeEnv("Pendulum-v1");
    const out = new Float64Array(3);
    const quadrants = new Set<string>();
    for (let seed = 1; seed <= 50; seed++) {
      env.reset(seed, out, NONE);
      quadrants.add(`${Math.sign(out[0] as number)} ${Math.sign(out[1] as number)}`);
      assert.ok(Math.abs(out[2] as number) <= 1);
    }
    assert.equal(quadrants.size, 4);
    for (const { stepCount, terminated, truncated } of playEpisodes(env, { seed: 1, count: 3 }, randomPolicy(env, 1))) {
      assert.deepEqual([stepCount, terminated, truncated], [200, false, true]);
    }
  });

  it("is worth about -1200 to a random policy, about -150 to one that pumps energy and then holds", () => {
    const env = makeEnv("Pendulum-v1");
    // The returns' sd is 285, so 500 episodes have a standard error of 13; five of them about -1230.
    const random = meanReturn(playEpisodes(env, { seed: 1, count: 500 }, randomPolicy(env, 2)));
    assert.ok(Math.abs(random + 1230) < 65, `${random}`);
    const swing = pendulum.heuristics?.["energy-pump"] as Heuristic;
    const good = meanReturn(playEpisodes(env, { seed: 1, count: 50 }, swing));
    assert.ok(good > -200 && good < -110, `${good}`);
  });
});
