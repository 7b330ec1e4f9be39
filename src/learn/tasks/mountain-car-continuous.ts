/**
 * MountainCarContinuous-v0: a car in a valley, too weak to climb out at once, pays for its force and earns 100 on the hill.
 * @see Moore 1990 (thesis, Cambridge); dynamics and constants as in Gymnasium's MountainCarContinuous-v0. There is no unit of time: one step is 1.
 */
import { type Env, EpisodeStreams, StepRecord, type StepResult } from "../env.ts";
import { box, type Floats } from "../spaces.ts";
import type { SingleTask } from "./task.ts";

const POSITION_MIN = -1.2;
const POSITION_MAX = 0.6;
const GOAL = 0.45;
const SPEED_MAX = 0.07;
const POWER = 0.0015;
const SLOPE = 0.0025;
const GOAL_REWARD = 100;
const FORCE_COST = 0.1;
const START_MIN = -0.6;
const START_MAX = -0.4;

const ID = "MountainCarContinuous-v0";

class MountainCarContinuous implements Env {
  readonly name = ID;
  readonly observationSpace = box([
    { name: "position", low: POSITION_MIN, high: POSITION_MAX },
    { name: "speed", low: -SPEED_MAX, high: SPEED_MAX },
  ]);
  readonly actionSpace = box([{ name: "force", low: -1, high: 1 }]);
  readonly masked = false;
  readonly stepS = 1;
  readonly infoNames = [];
  readonly #streams = new EpisodeStreams();
  readonly #record = new StepRecord(0);
  #position = 0;
  #speed = 0;

  reset(seed: number | undefined, observationOut: Floats): void {
    this.#position = START_MIN + (START_MAX - START_MIN) * this.#streams.next(seed).uniform();
    this.#speed = 0;
    this.#observe(observationOut);
  }

  step(action: Floats, observationOut: Floats): StepResult {
    const force = action[0] as number;
    const faster = this.#speed + POWER * force - SLOPE * Math.cos(3 * this.#position);
    this.#speed = Math.min(Math.max(faster, -SPEED_MAX), SPEED_MAX);
    this.#position = Math.min(Math.max(this.#position + this.#speed, POSITION_MIN), POSITION_MAX);
    // The left wall takes all speed; there is none on the right, where the episode has ended before.
    if (this.#position === POSITION_MIN && this.#speed < 0) this.#speed = 0;
    this.#observe(observationOut);

    const record = this.#record;
    record.terminated = this.#position >= GOAL && this.#speed >= 0;
    record.reward = (record.terminated ? GOAL_REWARD : 0) - FORCE_COST * force * force;
    record.elapsedS = 1;
    return record;
  }

  #observe(out: Floats): void {
    out[0] = this.#position;
    out[1] = this.#speed;
  }
}

export const mountainCarContinuous: SingleTask = {
  form: "single",
  id: ID,
  doc: "Drive a weak car out of a valley; 100 on the hill, less the cost of force.",
  stepsMax: 999,
  create: () => new MountainCarContinuous(),
};
