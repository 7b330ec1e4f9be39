/**
 * Acrobot-v1: two links hang in a chain, only the joint between them has a motor; the free end has to rise above a line.
 * @see Sutton 1996 (NIPS 8); Sutton & Barto, "Reinforcement Learning", section 11.3 of the first edition, whose
 * equations these are; constants, Runge-Kutta step and limits as in Gymnasium's Acrobot-v1.
 */
import { type Env, EpisodeStreams, StepRecord, type StepResult } from "../env.ts";
import { box, discrete, type Floats } from "../spaces.ts";
import type { SingleTask } from "./task.ts";

const GRAVITY_M_PER_S2 = 9.8;
const LINK_KG = 1; // both
const LINK_M = 1; // both
const CENTRE_M = 0.5; // of mass, from the joint, both
const INERTIA_KG_M2 = 1; // about the centre of mass, both
const STEP_S = 0.2;
const SPEED_1_MAX_RAD_PER_S = 4 * Math.PI;
const SPEED_2_MAX_RAD_PER_S = 9 * Math.PI;
const TORQUE_NM = 1;
const LINE_M = 1; // above the fixed end
const START_MAX = 0.1; // of each of the four numbers

const ID = "Acrobot-v1";

class Acrobot implements Env {
  readonly name = ID;
  readonly observationSpace = box([
    { name: "cos1", low: -1, high: 1 },
    { name: "sin1", low: -1, high: 1 },
    { name: "cos2", low: -1, high: 1 },
    { name: "sin2", low: -1, high: 1 },
    { name: "speed1RadPerS", low: -SPEED_1_MAX_RAD_PER_S, high: SPEED_1_MAX_RAD_PER_S },
    { name: "speed2RadPerS", low: -SPEED_2_MAX_RAD_PER_S, high: SPEED_2_MAX_RAD_PER_S },
  ]);
  /** 0, 1, 2: a torque of -1, 0, 1 Nm. */
  readonly actionSpace = discrete("torque", 3);
  readonly masked = false;
  readonly stepS = STEP_S;
  readonly infoNames = [];
  readonly #streams = new EpisodeStreams();
  readonly #record = new StepRecord(0);
  /** Angles (the second relative to the first, 0 hangs down) and their speeds. */
  readonly #state = new Float64Array(4);
  readonly #slopes = [new Float64Array(4), new Float64Array(4), new Float64Array(4), new Float64Array(4)] as const;
  readonly #probe = new Float64Array(4);

  reset(seed: number | undefined, observationOut: Floats): void {
    const rng = this.#streams.next(seed);
    for (let i = 0; i < 4; i++) this.#state[i] = START_MAX * (2 * rng.uniform() - 1);
    this.#observe(observationOut);
  }

  step(action: Floats, observationOut: Floats): StepResult {
    const state = this.#state;
    this.#advance(TORQUE_NM * ((action[0] as number) - 1));
    state[0] = wrapped(state[0] as number);
    state[1] = wrapped(state[1] as number);
    state[2] = Math.min(Math.max(state[2] as number, -SPEED_1_MAX_RAD_PER_S), SPEED_1_MAX_RAD_PER_S);
    state[3] = Math.min(Math.max(state[3] as number, -SPEED_2_MAX_RAD_PER_S), SPEED_2_MAX_RAD_PER_S);
    this.#observe(observationOut);

    const record = this.#record;
    const heightM = -LINK_M * (Math.cos(state[0]) + Math.cos(state[0] + state[1]));
    record.terminated = heightM > LINE_M;
    record.reward = record.terminated ? 0 : -1;
    record.elapsedS = STEP_S;
    return record;
  }

  /** One step of the classical Runge-Kutta method with a constant torque. */
  #advance(torqueNm: number): void {
    const state = this.#state;
    const probe = this.#probe;
    const [k1, k2, k3, k4] = this.#slopes;
    slope(state, torqueNm, k1);
    for (let i = 0; i < 4; i++) probe[i] = (state[i] as number) + (STEP_S / 2) * (k1[i] as number);
    slope(probe, torqueNm, k2);
    for (let i = 0; i < 4; i++) probe[i] = (state[i] as number) + (STEP_S / 2) * (k2[i] as number);
    slope(probe, torqueNm, k3);
    for (let i = 0; i < 4; i++) probe[i] = (state[i] as number) + STEP_S * (k3[i] as number);
    slope(probe, torqueNm, k4);
    for (let i = 0; i < 4; i++) {
      const sum = (k1[i] as number) + 2 * (k2[i] as number) + 2 * (k3[i] as number) + (k4[i] as number);
      state[i] = (state[i] as number) + (STEP_S / 6) * sum;
    }
  }

  #observe(out: Floats): void {
    const state = this.#state;
    out[0] = Math.cos(state[0] as number);
    out[1] = Math.sin(state[0] as number);
    out[2] = Math.cos(state[1] as number);
    out[3] = Math.sin(state[1] as number);
    out[4] = state[2] as number;
    out[5] = state[3] as number;
  }
}

/** Speeds and accelerations; names d1, d2, phi1, phi2 as in the book. */
function slope(state: Float64Array, torqueNm: number, out: Float64Array): void {
  const [angle1, angle2, speed1, speed2] = state as unknown as [number, number, number, number];
  const bend = LINK_KG * LINK_M * CENTRE_M; // m l1 lc2
  const d1 = LINK_KG * (2 * CENTRE_M * CENTRE_M + LINK_M * LINK_M) + 2 * bend * Math.cos(angle2) + 2 * INERTIA_KG_M2;
  const d2 = LINK_KG * CENTRE_M * CENTRE_M + bend * Math.cos(angle2) + INERTIA_KG_M2;
  const phi2 = LINK_KG * CENTRE_M * GRAVITY_M_PER_S2 * Math.sin(angle1 + angle2);
  const phi1 =
    -bend * speed2 * (speed2 + 2 * speed1) * Math.sin(angle2) + LINK_KG * (CENTRE_M + LINK_M) * GRAVITY_M_PER_S2 * Math.sin(angle1) + phi2;
  const turn2 =
    (torqueNm + (d2 / d1) * phi1 - bend * speed1 * speed1 * Math.sin(angle2) - phi2) /
    (LINK_KG * CENTRE_M * CENTRE_M + INERTIA_KG_M2 - (d2 * d2) / d1);
  out[0] = speed1;
  out[1] = speed2;
  out[2] = -(d2 * turn2 + phi1) / d1;
  out[3] = turn2;
}

/** The same angle in [-pi, pi]. */
function wrapped(angleRad: number): number {
  const turn = 2 * Math.PI;
  let angle = angleRad;
  while (angle > Math.PI) angle -= turn;
  while (angle < -Math.PI) angle += turn;
  return angle;
}

export const acrobot: SingleTask = {
  form: "single",
  id: ID,
  doc: "Swing the free end of a two-link chain above a line; -1 a step until it is there.",
  stepsMax: 500,
  create: () => new Acrobot(),
};
