/**
 * Environments of several agents, in the two forms that PettingZoo has: all act at once (`TeamEnv`), or one after the other
 * (`TurnEnv`). The agents are fixed, and an episode ends for all of them together.
 * @see Terry et al. 2021, "PettingZoo: Gym for Multi-Agent Reinforcement Learning", section 3.
 */
import { type AgentSpec, type Clocked, maskLength, type Transition } from "./env.ts";
import type { Floats } from "./spaces.ts";

export interface TeamResult extends Transition {
  /** What each agent earned in this step, in the order of `agents`. */
  readonly rewards: Readonly<Float64Array>;
}

interface Team extends Clocked {
  readonly name: string;
  readonly agents: readonly AgentSpec[];
}

/** All agents act at the same instant. Arrays of arrays are in the order of `agents`. */
export interface TeamEnv extends Team {
  reset(seed: number | undefined, observationsOut: readonly Floats[], masksOut: readonly Uint8Array[]): void;
  step(actions: readonly Floats[], observationsOut: readonly Floats[], masksOut: readonly Uint8Array[]): TeamResult;
}

/** One agent acts at a time, in an order that is the environment's affair. */
export interface TurnEnv extends Team {
  /** Index of the agent whose turn it is. */
  readonly acting: number;
  reset(seed: number | undefined): void;
  /** What an agent sees now. Whose turn it is looks before it acts; at the end all may look. */
  observe(agent: number, observationOut: Floats, maskOut: Uint8Array): void;
  /** The agent whose turn it is acts. An agent's reward for a turn is the sum of what it earns until its next. */
  step(action: Floats): TeamResult;
}

/** The result that a team's environment fills anew at each step. */
export class TeamRecord implements TeamResult {
  elapsedS = 0;
  terminated = false;
  truncated = false;
  readonly rewards: Float64Array;
  readonly info: Float64Array;

  constructor(agentCount: number, infoCount: number) {
    this.rewards = new Float64Array(agentCount);
    this.info = new Float64Array(infoCount);
  }
}

/**
 * The same team, asked one agent after the other. None sees what the others of its round have chosen, so nothing changes
 * but the form: the world moves when the last one has acted, and turns before that take no time and earn nothing.
 */
export class TurnsOf implements TurnEnv {
  readonly name: string;
  readonly agents: readonly AgentSpec[];
  readonly stepS: number;
  readonly infoNames: readonly string[];
  readonly #team: TeamEnv;
  readonly #actions: readonly Float64Array[];
  readonly #observations: readonly Float64Array[];
  readonly #masks: readonly Uint8Array[];
  readonly #waiting: TeamRecord;
  #acting = 0;

  constructor(team: TeamEnv, name: string) {
    this.name = name;
    this.agents = team.agents;
    this.stepS = team.stepS;
    this.infoNames = team.infoNames;
    this.#team = team;
    const { actions, observations, masks } = teamBuffers(team.agents);
    this.#actions = actions;
    this.#observations = observations;
    this.#masks = masks;
    this.#waiting = new TeamRecord(team.agents.length, team.infoNames.length);
  }

  get acting(): number {
    return this.#acting;
  }

  reset(seed: number | undefined): void {
    this.#team.reset(seed, this.#observations, this.#masks);
    this.#acting = 0;
  }

  observe(agent: number, observationOut: Floats, maskOut: Uint8Array): void {
    observationOut.set(this.#observations[agent] as Float64Array);
    maskOut.set(this.#masks[agent] as Uint8Array);
  }

  step(action: Floats): TeamResult {
    (this.#actions[this.#acting] as Float64Array).set(action);
    this.#acting = (this.#acting + 1) % this.agents.length;
    return this.#acting === 0 ? this.#team.step(this.#actions, this.#observations, this.#masks) : this.#waiting;
  }
}

/** Float64 arrays that fit a team, one an agent. */
export function teamBuffers(agents: readonly AgentSpec[]): {
  readonly actions: readonly Float64Array[];
  readonly observations: readonly Float64Array[];
  readonly masks: readonly Uint8Array[];
} {
  return {
    actions: agents.map(({ actionSpace }) => new Float64Array(actionSpace.slots.length)),
    observations: agents.map(({ observationSpace }) => new Float64Array(observationSpace.slots.length)),
    masks: agents.map((agent) => new Uint8Array(maskLength(agent))),
  };
}
