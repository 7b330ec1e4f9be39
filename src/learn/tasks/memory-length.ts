/**
 * MemoryLength-v0: a sign is shown once, then hidden; at the end of the episode it has to be said. Who cannot remember
 * earns 0 on average, who can earns 1.
 * @see Osband et al. 2020, "Behaviour Suite for Reinforcement Learning", memory length: o_t = (c_t, t / N), c_t = 0 after
 * the first step, reward +1 or -1 at the last.
 */
import { type Env, EpisodeStreams, StepRecord, type StepResult } from "../env.ts";
import { box, discrete, type Floats } from "../spaces.ts";
import type { SingleTask } from "./task.ts";

const LENGTH = 10;

const ID = "MemoryLength-v0";

class MemoryLength implements Env {
  readonly name = ID;
  readonly observationSpace = box([
    { name: "sign", low: -1, high: 1 },
    { name: "progress", low: 0, high: 1 },
  ]);
  /** 0 says -1, 1 says +1; only the last one counts. */
  readonly actionSpace = discrete("said", 2);
  readonly masked = false;
  readonly stepS = 1;
  readonly episodeSteps = LENGTH;
  readonly infoNames = [];
  readonly #streams = new EpisodeStreams();
  readonly #record = new StepRecord(0);
  #sign = 1;
  /** Actions so far. */
  #stepCount = 0;

  reset(seed: number | undefined, observationOut: Floats): void {
    this.#sign = this.#streams.next(seed).int(2) === 0 ? -1 : 1;
    this.#stepCount = 0;
    observationOut[0] = this.#sign;
    observationOut[1] = 1 / LENGTH;
  }

  step(action: Floats, observationOut: Floats): StepResult {
    this.#stepCount++;
    const ended = this.#stepCount === LENGTH;
    observationOut[0] = 0;
    observationOut[1] = ended ? 1 : (this.#stepCount + 1) / LENGTH;

    const record = this.#record;
    record.terminated = ended;
    record.reward = ended ? this.#sign * (2 * (action[0] as number) - 1) : 0;
    record.elapsedS = 1;
    return record;
  }
}

export const memoryLength: SingleTask = {
  form: "single",
  id: ID,
  doc: "Say the sign that was shown nine steps ago; +1 or -1.",
  create: () => new MemoryLength(),
};
