import { strict as assert } from "node:assert";
import { makeEnv } from "../../../src/learn/tasks/index.ts";
import { meanReturn, playEpisodes, randomPolicy } from "../play.ts";

const NONE = new Uint8Array(0);
const STEP_S = 0.2;
const GRAVITY = 9.8;

/** Angles and speeds: first link from straight down, second relative to the first. */
type State = readonly [number, number, number, number];

function stateOf(out: Float64Array): State {
  const [cos1, sin1, cos2, sin2, speed1, speed2] = out as unknown as [number, number, number, number, number, number];
  return [Math.atan2(sin1, cos1), Math.atan2(sin2, cos2), speed1, speed2];
}

/**
 * Kinetic energy from the velocities of the two centres of mass in the plane, potential from their heights: links of 1 kg
 * and 1 m, centre in the middle, 1 kg m2 about it.
 */
function kineticJ([a1, a2, w1, w2]: State): number {
  const [turn1, turn2, b] = [w1, w1 + w2, a1 + a2];
  const first = 0.25 * turn1 * turn1;
  const vx = Math.cos(a1) * turn1 + 0.5 * Math.cos(b) * turn2;
  const vy = Math.sin(a1) * turn1 + 0.5 * Math.sin(b) * turn2;
  return 0.5 * (first + vx * vx + vy * vy + turn1 * turn1 + turn2 * turn2);
}
function potentialJ([a1, a2]: State): number {
  return -GRAVITY * (0.5 * Math.cos(a1) + (Math.cos(a1) + 0.5 * Math.cos(a1 + a2)));
}
const energyJ = (state: State): number => kineticJ(state) + potentialJ(state);

const EPSILON = 1e-4;
const moved = (state: State, i: number, by: number): State => state.map((value, k) => (k === i ? value + by : value)) as unknown as State;

/** Accelerations from the energies alone: d/dt dT/dw = d(T - V)/da + torque, all derivatives by differences. */
function accelerations(state: State, torqueNm: number): readonly [number, number] {
  const [, , w1, w2] = state;
  const momentum = (s: State, i: number): number => (kineticJ(moved(s, 2 + i, 1)) - kineticJ(moved(s, 2 + i, -1))) / 2; // T is quadratic in w
  const force = (i: number): number => {
    const lagrangian = (s: State): number => kineticJ(s) - potentialJ(s);
    const slope = (lagrangian(moved(state, i, EPSILON)) - lagrangian(moved(state, i, -EPSILON))) / (2 * EPSILON);
    const alongAngles = [w1, w2].reduce((sum, w, k) => {
      return sum + (w * (momentum(moved(state, k, EPSILON), i) - momentum(moved(state, k, -EPSILON), i))) / (2 * EPSILON);
    }, 0);
    return slope - alongAngles + (i === 1 ? torqueNm : 0);
  };
  const mass = (i: number, k: number): number => momentum([state[0], state[1], k === 0 ? 1 : 0, k === 1 ? 1 : 0], i);
  const determinant = mass(0, 0) * mass(1, 1) - mass(0, 1) * mass(1, 0);
  const [f1, f2] = [force(0), force(1)];
  return [(f1 * mass(1, 1) - mass(0, 1) * f2) / determinant, (mass(0, 0) * f2 - f1 * mass(1, 0)) / determinant];
}

/** The midpoint method in many small steps. */
function finely(state: State, torqueNm: number, stepCount: number): State {
  const dt = STEP_S / stepCount;
  const along = ([a1, a2, w1, w2]: State, at: State, by: number): State => {
    const [turn1, turn2] = accelerations(at, torqueNm);
    return [a1 + by * at[2], a2 + by * at[3], w1 + by * turn1, w2 + by * turn2];
  };
  let now = state;
  for (let k = 0; k < stepCount; k++) now = along(now, along(now, now, dt / 2), dt);
  return now;
}

const difference = (a: number, b: number): number => Math.abs(Math.atan2(Math.sin(a - b), Math.cos(a - b)));

describe("Acrobot-v1", () => {
  it("moves as the energies of two links say, by another method of integration", () => {
    const env = makeEnv("Acrobot-v1");
    const out = new Float64Array(6);
    env.reset(4, out, NONE);
    for (let t = 0; t < 30; t++) {
      const action = stateOf(out)[3] >= 0 ? 2 : 0; // swings up, so that all terms matter
      const expected = finely(stateOf(out), action - 1, 100);
      env.step(Float64Array.of(action), out, NONE);
      const got = stateOf(out);
      const off = Math.max(
        difference(got[0], expected[0]),
        difference(got[1], expected[1]),
        Math.abs(got[2] - expected[2]),
        Math.abs(got[3] - expected[3]),
      );
      assert.ok(off < 2e-3, `step ${t}: off by ${off}`); // of Runge-Kutta with steps of 0.2 s
    }
    assert.ok(Math.abs(stateOf(out)[0]) + Math.abs(stateOf(out)[1]) > 0.5);
  });

  it("without torque keeps its energy within 3 % for 20 s: steps of 0.2 s lose a little", () => {
    const env = makeEnv("Acrobot-v1");
    const out = new Float64Array(6);
    env.reset(4, out, NONE);
    for (let t = 0; t < 20; t++) env.step(Float64Array.of(stateOf(out)[3] >= 0 ? 2 : 0), out, NONE);
    const atStartJ = energyJ(stateOf(out));
    for (let t = 0; t < 100; t++) {
      env.step(Float64Array.of(1), out, NONE);
      assert.ok(
        Math.abs(energyJ(stateOf(out)) - atStartJ) < 0.1,
        `step ${t}: ${energyJ(stateOf(out)) - atStartJ} J of ${atStartJ + 19.6} J`,
      );
    }
  });

  it("pays -1 a step until the free end is a link's length above the joint", () => {
    const env = makeEnv("Acrobot-v1");
    const out = new Float64Array(6);
    env.reset(1, out, NONE);
    assert.ok(stateOf(out).every((value) => Math.abs(value) <= 0.1));
    for (;;) {
      const { reward, terminated, elapsedS } = env.step(Float64Array.of(stateOf(out)[3] >= 0 ? 2 : 0), out, NONE);
      const [a1, a2] = stateOf(out);
      assert.equal(terminated, -Math.cos(a1) - Math.cos(a1 + a2) > 1);
      assert.deepEqual([reward, elapsedS], [terminated ? 0 : -1, STEP_S]);
      if (terminated) break;
    }
  });

  it("is worth nearly -500 to a random policy, about -90 to one that pushes along", () => {
    const env = makeEnv("Acrobot-v1");
    const random = playEpisodes(env, { seed: 1, count: 100 }, randomPolicy(env, 2));
    assert.ok(meanReturn(random) < -485 && meanReturn(random) >= -500, `${meanReturn(random)}`);
    const along = (out: Float64Array, action: Float64Array): void => {
      action[0] = (out[5] as number) >= 0 ? 2 : 0;
    };
    const good = meanReturn(playEpisodes(env, { seed: 1, count: 100 }, along));
    assert.ok(good > -110 && good < -70, `${good}`);
  });
});
