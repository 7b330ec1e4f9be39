/**
 * CartPole-v1: a pole stands on a cart that is pushed left or right with a fixed force.
 * @see Barto, Sutton & Anderson 1983; equations: Florian 2007, "Correct equations for the dynamics of the cart-pole system",
 * without friction; constants, Euler step and limits as in Gymnasium's CartPole-v1.
 */
import { type Env, EpisodeStreams, StepRecord, type StepResult } from "../env.ts";
import { box, discrete, type Floats } from "../spaces.ts";
import type { Heuristic } from "./heuristic.ts";
import type { SingleTask } from "./task.ts";

const GRAVITY_M_PER_S2 = 9.8;
const CART_KG = 1;
const POLE_KG = 0.1;
const TOTAL_KG = CART_KG + POLE_KG;
const HALF_POLE_M = 0.5;
const FORCE_N = 10;
const STEP_S = 0.02;
const ANGLE_MAX_RAD = (12 * 2 * Math.PI) / 360;
const POSITION_MAX_M = 2.4;
const START_MAX = 0.05; // of each of the four numbers

const ID = "CartPole-v1";

class CartPole implements Env {
  readonly name = ID;
  readonly observationSpace = box([
    // Twice the limits, so that the observation that ends an episode is inside.
    { name: "positionM", low: -2 * POSITION_MAX_M, high: 2 * POSITION_MAX_M },
    { name: "speedMPerS", low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
    { name: "angleRad", low: -2 * ANGLE_MAX_RAD, high: 2 * ANGLE_MAX_RAD },
    { name: "speedRadPerS", low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
  ]);
  /** 0 pushes to the left, 1 to the right. */
  readonly actionSpace = discrete("push", 2);
  readonly masked = false;
  readonly stepS = STEP_S;
  readonly infoNames = [];
  readonly #streams = new EpisodeStreams();
  readonly #record = new StepRecord(0);
  #positionM = 0;
  #speedMPerS = 0;
  #angleRad = 0;
  #speedRadPerS = 0;

  reset(seed: number | undefined, observationOut: Floats): void {
    const rng = this.#streams.next(seed);
    this.#positionM = START_MAX * (2 * rng.uniform() - 1);
    this.#speedMPerS = START_MAX * (2 * rng.uniform() - 1);
    this.#angleRad = START_MAX * (2 * rng.uniform() - 1);
    this.#speedRadPerS = START_MAX * (2 * rng.uniform() - 1);
    this.#observe(observationOut);
  }

  step(action: Floats, observationOut: Floats): StepResult {
    const forceN = action[0] === 1 ? FORCE_N : -FORCE_N;
    const cos = Math.cos(this.#angleRad);
    const sin = Math.sin(this.#angleRad);
    const momentKgM = POLE_KG * HALF_POLE_M;
    const pushMPerS2 = (forceN + momentKgM * this.#speedRadPerS * this.#speedRadPerS * sin) / TOTAL_KG;
    const turnRadPerS2 = (GRAVITY_M_PER_S2 * sin - cos * pushMPerS2) / (HALF_POLE_M * (4 / 3 - (POLE_KG * cos * cos) / TOTAL_KG));
    const cartMPerS2 = pushMPerS2 - (momentKgM * turnRadPerS2 * cos) / TOTAL_KG;
    // Explicit Euler: positions move with the old speeds.
    this.#positionM += STEP_S * this.#speedMPerS;
    this.#speedMPerS += STEP_S * cartMPerS2;
    this.#angleRad += STEP_S * this.#speedRadPerS;
    this.#speedRadPerS += STEP_S * turnRadPerS2;
    this.#observe(observationOut);

    const record = this.#record;
    record.reward = 1; // also for the step in which it falls
    record.elapsedS = STEP_S;
    record.terminated = Math.abs(this.#positionM) > POSITION_MAX_M || Math.abs(this.#angleRad) > ANGLE_MAX_RAD;
    return record;
  }

  #observe(out: Floats): void {
    out[0] = this.#positionM;
    out[1] = this.#speedMPerS;
    out[2] = this.#angleRad;
    out[3] = this.#speedRadPerS;
  }
}

/** Linear state feedback by the sign of the force: weighs angle over speed over place, and never falls. */
const stateFeedback: Heuristic = ([positionM, speedMPerS, angleRad, speedRadPerS], actionOut) => {
  const lean = 0.5 * (positionM as number) + (speedMPerS as number) + 10 * (angleRad as number) + 3 * (speedRadPerS as number);
  actionOut[0] = lean > 0 ? 1 : 0;
};

export const cartPole: SingleTask = {
  form: "single",
  id: ID,
  doc: "A pole on a cart that is pushed left or right; 1 a step until it falls.",
  stepsMax: 500,
  heuristics: { "state-feedback": stateFeedback },
  create: () => new CartPole(),
};
