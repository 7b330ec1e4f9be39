/**
 * Pendulum-v1: a rod hangs on a motor too weak to lift it at once; it has to be swung up and held upright.
 * @see Gymnasium's Pendulum-v1: a uniform rod, semi-implicit Euler, g = 10 m/s2.
 */
import { type Env, EpisodeStreams, StepRecord, type StepResult } from "../env.ts";
import { box, type Floats } from "../spaces.ts";
import type { Heuristic } from "./heuristic.ts";
import type { SingleTask } from "./task.ts";

const GRAVITY_M_PER_S2 = 10;
const ROD_KG = 1;
const ROD_M = 1;
const STEP_S = 0.05;
const SPEED_MAX_RAD_PER_S = 8;
const TORQUE_MAX_NM = 2;
const START_SPEED_MAX_RAD_PER_S = 1;

const ID = "Pendulum-v1";

class Pendulum implements Env {
  readonly name = ID;
  readonly observationSpace = box([
    { name: "cos", low: -1, high: 1 },
    { name: "sin", low: -1, high: 1 },
    { name: "speedRadPerS", low: -SPEED_MAX_RAD_PER_S, high: SPEED_MAX_RAD_PER_S },
  ]);
  readonly actionSpace = box([{ name: "torqueNm", low: -TORQUE_MAX_NM, high: TORQUE_MAX_NM }]);
  readonly masked = false;
  readonly stepS = STEP_S;
  readonly episodeSteps = Infinity;
  readonly infoNames = [];
  readonly #streams = new EpisodeStreams();
  readonly #record = new StepRecord(0);
  /** 0 is upright, positive counter-clockwise; not wrapped. */
  #angleRad = 0;
  #speedRadPerS = 0;

  reset(seed: number | undefined, observationOut: Floats): void {
    const rng = this.#streams.next(seed);
    this.#angleRad = Math.PI * (2 * rng.uniform() - 1);
    this.#speedRadPerS = START_SPEED_MAX_RAD_PER_S * (2 * rng.uniform() - 1);
    this.#observe(observationOut);
  }

  step(action: Floats, observationOut: Floats): StepResult {
    const torqueNm = action[0] as number;
    const angleRad = wrapped(this.#angleRad);
    const speedRadPerS = this.#speedRadPerS;
    const cost = angleRad * angleRad + 0.1 * speedRadPerS * speedRadPerS + 0.001 * torqueNm * torqueNm;

    // A rod about its end: inertia m l^2 / 3, weight at l / 2.
    const turnRadPerS2 = ((3 * GRAVITY_M_PER_S2) / (2 * ROD_M)) * Math.sin(this.#angleRad) + (3 / (ROD_KG * ROD_M * ROD_M)) * torqueNm;
    const faster = speedRadPerS + turnRadPerS2 * STEP_S;
    this.#speedRadPerS = Math.min(Math.max(faster, -SPEED_MAX_RAD_PER_S), SPEED_MAX_RAD_PER_S);
    this.#angleRad += this.#speedRadPerS * STEP_S;
    this.#observe(observationOut);

    const record = this.#record;
    record.reward = -cost;
    record.elapsedS = STEP_S;
    return record;
  }

  #observe(out: Floats): void {
    out[0] = Math.cos(this.#angleRad);
    out[1] = Math.sin(this.#angleRad);
    out[2] = this.#speedRadPerS;
  }
}

/** The same angle in [-pi, pi). */
function wrapped(angleRad: number): number {
  const turn = 2 * Math.PI;
  return angleRad - turn * Math.floor((angleRad + Math.PI) / turn);
}

/** Near the top it holds by proportional and derivative feedback; elsewhere it pumps the energy that is missing to stand still there. */
const energyPump: Heuristic = ([cos, sin, speedRadPerS], actionOut) => {
  const angleRad = Math.atan2(sin as number, cos as number);
  const speed = speedRadPerS as number;
  const uprightJ = (ROD_KG * GRAVITY_M_PER_S2 * ROD_M) / 2;
  const missingJ = uprightJ * (1 - (cos as number)) - (ROD_KG * ROD_M * ROD_M * speed * speed) / 6;
  const torqueNm = Math.abs(angleRad) < 0.5 ? -15 * angleRad - 3.75 * speed : 5 * missingJ * Math.sign(speed);
  actionOut[0] = Math.min(Math.max(torqueNm, -TORQUE_MAX_NM), TORQUE_MAX_NM);
};

export const pendulum: SingleTask = {
  form: "single",
  id: ID,
  doc: "Swing a rod up with a weak motor and hold it; costs of angle, speed and torque.",
  stepsMax: 200,
  heuristics: { "energy-pump": energyPump },
  create: () => new Pendulum(),
};
