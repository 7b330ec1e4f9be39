/**
 * A scenario with several `external` controllers: all decide at the same instants (`ScenarioTeamEnv`), or one after the other, each
 * when its own period is over (`ScenarioTurnEnv`).
 */
import type { AgentSpec } from "../learn/env.ts";
import { type TeamEnv, TeamRecord, type TeamResult, type TurnEnv } from "../learn/multi-agent.ts";
import type { Floats } from "../learn/spaces.ts";
import { Episodes, type EpisodesOptions, INFO_NAMES } from "./episodes.ts";
import type { ExternalPort } from "./external-port.ts";

const agentsOf = (ports: readonly ExternalPort[]): readonly AgentSpec[] =>
  ports.map(({ name, observationSpace, actionSpace, remedy }) => ({ name, observationSpace, actionSpace, masked: false, remedy }));

const infoNamesOf = (ports: readonly ExternalPort[]): readonly string[] =>
  ports.flatMap(({ name }) => INFO_NAMES.map((info) => `${name}.${info}`));

export class ScenarioTeamEnv implements TeamEnv {
  readonly name: string;
  readonly agents: readonly AgentSpec[];
  readonly stepS: number;
  readonly infoNames: readonly string[];
  readonly #episodes: Episodes;
  readonly #record: TeamRecord;

  /** @param options of controllers with one period */
  constructor(options: EpisodesOptions) {
    this.#episodes = new Episodes(options);
    const { ports } = this.#episodes;
    this.name = options.name;
    this.agents = agentsOf(ports);
    this.stepS = (ports[0] as ExternalPort).periodS;
    this.infoNames = infoNamesOf(ports);
    this.#record = new TeamRecord(ports.length, this.infoNames.length);
  }

  /** An episode begins once all of them have seen something. */
  reset(seed: number | undefined, observationsOut: readonly Floats[]): void {
    this.#episodes.begin(seed, (asked) => asked.size === this.agents.length);
    this.#look(observationsOut);
  }

  step(actions: readonly Floats[], observationsOut: readonly Floats[]): TeamResult {
    const episodes = this.#episodes;
    const record = this.#record;
    const beganS = episodes.nowS;
    const orders = new Map(episodes.ports.map((port, i) => [port.name, port.actionsOf(actions[i] as Floats)]));
    episodes.go((name) => orders.get(name) ?? []);
    this.#look(observationsOut);
    record.elapsedS = episodes.nowS - beganS;
    record.truncated = episodes.hasEnded;
    return record;
  }

  #look(observationsOut: readonly Floats[]): void {
    const { ports } = this.#episodes;
    ports.forEach((port, i) => {
      this.#episodes.look(i, this.#record.info, i * INFO_NAMES.length);
      port.observe(observationsOut[i] as Floats);
      this.#record.rewards[i] = port.reward;
    });
  }
}

export class ScenarioTurnEnv implements TurnEnv {
  readonly name: string;
  readonly agents: readonly AgentSpec[];
  /** The shortest of the periods. */
  readonly stepS: number;
  readonly infoNames: readonly string[];
  readonly #episodes: Episodes;
  readonly #record: TeamRecord;
  /** What each was shown at its last decision, or at the end; 0 before any. */
  readonly #observations: readonly Float64Array[];
  readonly #actions: readonly Float64Array[];
  /** Has it acted since the episode began? Only then a reward is due at its next decision. */
  readonly #hasActed: boolean[];
  /** Those who decide at this instant, in declared order, and how many of them have. */
  #due: readonly number[] = [];
  #decidedCount = 0;

  constructor(options: EpisodesOptions) {
    this.#episodes = new Episodes(options);
    const { ports } = this.#episodes;
    this.name = options.name;
    this.agents = agentsOf(ports);
    this.stepS = Math.min(...ports.map(({ periodS }) => periodS));
    this.infoNames = infoNamesOf(ports);
    this.#record = new TeamRecord(ports.length, this.infoNames.length);
    this.#observations = ports.map(({ observationSpace }) => new Float64Array(observationSpace.slots.length));
    this.#actions = ports.map(({ actionSpace }) => new Float64Array(actionSpace.slots.length));
    this.#hasActed = ports.map(() => false);
  }

  get acting(): number {
    return this.#due[this.#decidedCount] ?? 0;
  }

  reset(seed: number | undefined): void {
    this.#episodes.begin(seed);
    for (const observation of this.#observations) observation.fill(0);
    this.#hasActed.fill(false);
    this.#record.info.fill(0);
    this.#record.truncated = false;
    this.#begin();
  }

  observe(agent: number, observationOut: Floats): void {
    observationOut.set(this.#observations[agent] as Float64Array);
  }

  /** The world goes on once all have decided who decide at this instant: turns before that take no time and earn nothing. */
  step(action: Floats): TeamResult {
    const { acting } = this;
    const episodes = this.#episodes;
    const record = this.#record;
    (this.#actions[acting] as Float64Array).set(action);
    this.#hasActed[acting] = true;
    record.rewards.fill(0);
    record.info.fill(0);
    record.elapsedS = 0;
    if (++this.#decidedCount < this.#due.length) return record;
    const beganS = episodes.nowS;
    const orders = new Map(
      this.#due.map((agent) => [episodes.ports[agent]?.name, episodes.ports[agent]?.actionsOf(this.#actions[agent] as Floats)]),
    );
    episodes.go((name) => orders.get(name) ?? []);
    this.#begin();
    record.elapsedS = episodes.nowS - beganS;
    record.truncated = episodes.hasEnded;
    return record;
  }

  /** Shows everyone who decides at this instant, or at the end everyone, what there is, and pays them for their last step. */
  #begin(): void {
    const { ports, hasEnded } = this.#episodes;
    this.#decidedCount = 0;
    this.#due = ports.flatMap((_, i) => (this.#episodes.isAsked(i) ? [i] : []));
    ports.forEach((port, i) => {
      if (!hasEnded && !this.#due.includes(i)) return;
      this.#episodes.look(i, this.#record.info, i * INFO_NAMES.length);
      port.observe(this.#observations[i] as Float64Array);
      if (this.#hasActed[i]) this.#record.rewards[i] = port.reward;
    });
  }
}
