/** A scenario with one `external` controller as an environment: a step plays to its next decision; the scenario's end truncates. */
import { type Env, StepRecord, type StepResult } from "../learn/env.ts";
import type { Box, Floats } from "../learn/spaces.ts";
import type { Telemetry } from "../world/ports.ts";
import { Episodes, type EpisodesOptions, INFO_NAMES } from "./episodes.ts";
import type { ExternalPort } from "./external-port.ts";

export class ScenarioEnv implements Env {
  readonly name: string;
  readonly observationSpace: Box;
  readonly actionSpace: Box;
  readonly masked = false;
  readonly remedy: string;
  readonly stepS: number;
  readonly episodeSteps: number | undefined;
  readonly infoNames = INFO_NAMES;
  readonly #episodes: Episodes;
  readonly #port: ExternalPort;
  readonly #record = new StepRecord(INFO_NAMES.length);

  /** @param options with the steps of an episode, where all have the same number */
  constructor(options: EpisodesOptions & { readonly episodeSteps?: number | undefined }) {
    this.episodeSteps = options.episodeSteps;
    this.#episodes = new Episodes(options);
    this.#port = this.#episodes.ports[0] as ExternalPort;
    const { name, periodS, observationSpace, actionSpace, remedy } = this.#port;
    this.name = `${options.name}/${name}`;
    this.stepS = periodS;
    this.observationSpace = observationSpace;
    this.actionSpace = actionSpace;
    this.remedy = remedy;
  }

  /** What the controller sees that is to decide now: all of it, not what it observes alone. @throws {Error} after the end */
  get telemetry(): Telemetry {
    const telemetry = this.#episodes.asked(0);
    if (telemetry === undefined) throw new Error(`${this.name}: nobody is to decide`);
    return telemetry;
  }

  reset(seed: number | undefined, observationOut: Floats): void {
    this.#episodes.begin(seed);
    this.#episodes.look(0, this.#record.info);
    this.#port.observe(observationOut);
  }

  step(action: Floats, observationOut: Floats): StepResult {
    const record = this.#record;
    const beganS = this.#episodes.nowS;
    this.#episodes.go(() => this.#port.actionsOf(action));
    this.#episodes.look(0, record.info);
    this.#port.observe(observationOut);
    record.reward = this.#port.reward;
    record.elapsedS = this.#episodes.nowS - beganS;
    record.truncated = this.#episodes.hasEnded;
    return record;
  }
}
