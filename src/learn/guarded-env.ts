/**
 * Environments that watch both sides of their contract at every step: what is asked of them (order of calls, actions) and
 * what they answer (observations, masks, rewards, time). An error names environment, agent, step and field.
 */
import { type AgentSpec, type Env, maskLength, type StepResult, type Transition } from "./env.ts";
import { EnvError } from "./env-error.ts";
import type { TeamEnv, TeamResult, TurnEnv } from "./multi-agent.ts";
import { type Floats, firstMasked, firstOutside, rangeOf, type Slot, type Space } from "./spaces.ts";

/** How far an episode is, and the words for it. */
class Progress {
  readonly #name: string;
  /** Steps that an episode promises to have. */
  readonly #length: number | undefined;
  #step = 0;
  #stage: "unborn" | "running" | "ended" = "unborn";
  #terminated = false;

  constructor(name: string, length?: number) {
    this.#name = name;
    this.#length = length;
  }

  begin(): void {
    this.#step = 0;
    this.#stage = "running";
    this.#terminated = false;
  }

  next(): void {
    if (this.#stage === "unborn") throw new EnvError(`${this.#name}: step before the first reset; call reset with a seed`);
    if (this.#stage === "ended") throw this.error("the episode has ended; call reset before the next step");
    this.#step++;
  }

  end({ elapsedS, terminated, truncated }: Transition): void {
    if (!(elapsedS >= 0 && elapsedS < Number.POSITIVE_INFINITY)) throw this.error(`elapsedS is ${elapsedS}; ${FIX_ENV}`);
    const ended = terminated || truncated;
    if (ended) this.#stage = "ended";
    this.#terminated = terminated;
    if (this.#length !== undefined && ended !== this.#step >= this.#length) {
      throw this.error(
        `the episode ${ended ? "ends" : "goes on"}, and episodeSteps is ${this.#length}; one of them is wrong: mend it there`,
      );
    }
  }

  /** Something could be done next, even where somebody stopped looking: learners value that. */
  get goesOn(): boolean {
    return !this.#terminated;
  }

  error(what: string, agent?: string): EnvError {
    return new EnvError(`${this.#name}, step ${this.#step}${agent === undefined ? "" : `, agent ${agent}`}: ${what}`);
  }
}

const FIX_ENV = "an environment answers with finite numbers inside its spaces: mend it there";
const NO_NUMBER = "which is no finite number";

/** One agent's side of the contract. */
class AgentGuard {
  readonly #spec: AgentSpec;
  readonly #progress: Progress;
  /** Said in messages; undefined for the only agent. */
  readonly #agent: string | undefined;
  /** What the last observation allowed: the caller may have written over his copy. */
  readonly #mask: Uint8Array;

  constructor(spec: AgentSpec, progress: Progress, agent?: string) {
    this.#spec = spec;
    this.#progress = progress;
    this.#agent = agent;
    this.#mask = new Uint8Array(maskLength(spec));
  }

  checkAction(action: Floats): void {
    const space = this.#spec.actionSpace;
    this.#checkLength("action", action.length, space.slots.length);
    const fault = actionFault(space, action, this.#mask);
    if (fault !== undefined) throw this.#error(fault);
  }

  checkObservation(observation: Floats, mask: Uint8Array): void {
    const space = this.#spec.observationSpace;
    const outside = firstOutside(space, observation);
    if (outside >= 0) {
      const name = nameOf(space.slots, outside);
      const value = observation[outside] as number;
      const isBounded = Number.isFinite((space.high[outside] as number) - (space.low[outside] as number));
      const fault = isBounded || Number.isFinite(value) ? `not in ${rangeOf(space, outside)}` : NO_NUMBER;
      throw this.#error(`observation ${name} is ${value}, ${fault}; ${this.#remedy}`);
    }
    this.#mask.set(mask);
    if (mask.length > 0 && this.#progress.goesOn) this.#checkMask();
  }

  checkBuffers(observation: Floats, mask: Uint8Array): void {
    this.#checkLength("observation", observation.length, this.#spec.observationSpace.slots.length);
    this.#checkLength("mask", mask.length, this.#mask.length);
  }

  checkReward(reward: number): void {
    if (!Number.isFinite(reward)) throw this.#error(`the reward is ${reward}, ${NO_NUMBER}; ${this.#remedy}`);
  }

  #checkMask(): void {
    for (const slot of this.#spec.actionSpace.slots) {
      if (slot.kind !== "choice") continue;
      const { name, count, maskOffset } = slot;
      if (!this.#mask.subarray(maskOffset, maskOffset + count).includes(1)) throw this.#error(`the mask allows no ${name}; ${FIX_ENV}`);
    }
  }

  #checkLength(what: string, length: number, needed: number): void {
    if (length !== needed) throw this.#error(`the ${what} array has ${length} entries, its space needs ${needed}`);
  }

  get #remedy(): string {
    return this.#spec.remedy ?? FIX_ENV;
  }

  #error(what: string): EnvError {
    return this.#progress.error(what, this.#agent);
  }
}

/** What is wrong with an action: it lies outside its space, or the mask (empty where there is none) forbids it. Undefined if nothing is. */
export function actionFault(space: Space, action: Floats, mask: Uint8Array): string | undefined {
  const outside = firstOutside(space, action);
  if (outside >= 0) {
    const hint = "clip a policy's reals to that, and choose by whole numbers";
    return `action ${nameOf(space.slots, outside)} is ${action[outside]}, not in ${rangeOf(space, outside)}; ${hint}`;
  }
  const masked = mask.length === 0 ? -1 : firstMasked(space, action, mask);
  if (masked < 0) return undefined;
  return `action ${nameOf(space.slots, masked)} is ${action[masked]}, which the mask forbids; choose among its ones`;
}

function nameOf(slots: readonly Slot[], i: number): string {
  return (slots[i] as Slot).name;
}

export class GuardedEnv implements Env {
  readonly name: string;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly masked: boolean;
  readonly stepS: number;
  readonly episodeSteps: number | undefined;
  readonly infoNames: readonly string[];
  readonly #env: Env;
  readonly #progress: Progress;
  readonly #guard: AgentGuard;

  constructor(env: Env) {
    this.name = env.name;
    this.observationSpace = env.observationSpace;
    this.actionSpace = env.actionSpace;
    this.masked = env.masked;
    this.stepS = env.stepS;
    this.episodeSteps = env.episodeSteps;
    this.infoNames = env.infoNames;
    this.#env = env;
    this.#progress = new Progress(env.name, env.episodeSteps);
    this.#guard = new AgentGuard(env, this.#progress);
  }

  reset(seed: number | undefined, observationOut: Floats, maskOut: Uint8Array): void {
    this.#guard.checkBuffers(observationOut, maskOut);
    this.#env.reset(seed, observationOut, maskOut);
    this.#progress.begin();
    this.#guard.checkObservation(observationOut, maskOut);
  }

  step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
    this.#progress.next();
    this.#guard.checkBuffers(observationOut, maskOut);
    this.#guard.checkAction(action);
    const result = this.#env.step(action, observationOut, maskOut);
    this.#progress.end(result);
    this.#guard.checkReward(result.reward);
    this.#guard.checkObservation(observationOut, maskOut);
    return result;
  }
}

/** What the guards of both forms of a team share. */
class TeamGuard {
  readonly progress: Progress;
  readonly agents: readonly AgentGuard[];

  constructor({ name, agents }: TeamEnv | TurnEnv) {
    this.progress = new Progress(name);
    this.agents = agents.map((agent) => new AgentGuard(agent, this.progress, agent.name));
  }

  checkResult(result: TeamResult): void {
    this.progress.end(result);
    this.agents.forEach((agent, i) => {
      agent.checkReward(result.rewards[i] as number);
    });
  }

  checkBuffers(observations: readonly Floats[], masks: readonly Uint8Array[]): void {
    this.agents.forEach((agent, i) => {
      agent.checkBuffers(observations[i] as Floats, masks[i] as Uint8Array);
    });
  }

  checkObservations(observations: readonly Floats[], masks: readonly Uint8Array[]): void {
    this.agents.forEach((agent, i) => {
      agent.checkObservation(observations[i] as Floats, masks[i] as Uint8Array);
    });
  }
}

export class GuardedTeamEnv implements TeamEnv {
  readonly name: string;
  readonly agents: readonly AgentSpec[];
  readonly stepS: number;
  readonly infoNames: readonly string[];
  readonly #env: TeamEnv;
  readonly #guard: TeamGuard;

  constructor(env: TeamEnv) {
    this.name = env.name;
    this.agents = env.agents;
    this.stepS = env.stepS;
    this.infoNames = env.infoNames;
    this.#env = env;
    this.#guard = new TeamGuard(env);
  }

  reset(seed: number | undefined, observationsOut: readonly Floats[], masksOut: readonly Uint8Array[]): void {
    this.#guard.checkBuffers(observationsOut, masksOut);
    this.#env.reset(seed, observationsOut, masksOut);
    this.#guard.progress.begin();
    this.#guard.checkObservations(observationsOut, masksOut);
  }

  step(actions: readonly Floats[], observationsOut: readonly Floats[], masksOut: readonly Uint8Array[]): TeamResult {
    this.#guard.progress.next();
    this.#guard.checkBuffers(observationsOut, masksOut);
    this.#guard.agents.forEach((agent, i) => {
      agent.checkAction(actions[i] as Floats);
    });
    const result = this.#env.step(actions, observationsOut, masksOut);
    this.#guard.checkResult(result);
    this.#guard.checkObservations(observationsOut, masksOut);
    return result;
  }
}

export class GuardedTurnEnv implements TurnEnv {
  readonly name: string;
  readonly agents: readonly AgentSpec[];
  readonly stepS: number;
  readonly infoNames: readonly string[];
  readonly #env: TurnEnv;
  readonly #guard: TeamGuard;

  constructor(env: TurnEnv) {
    this.name = env.name;
    this.agents = env.agents;
    this.stepS = env.stepS;
    this.infoNames = env.infoNames;
    this.#env = env;
    this.#guard = new TeamGuard(env);
  }

  get acting(): number {
    return this.#env.acting;
  }

  reset(seed: number | undefined): void {
    this.#env.reset(seed);
    this.#guard.progress.begin();
  }

  observe(agent: number, observationOut: Floats, maskOut: Uint8Array): void {
    const guard = this.#guard.agents[agent] as AgentGuard;
    guard.checkBuffers(observationOut, maskOut);
    this.#env.observe(agent, observationOut, maskOut);
    guard.checkObservation(observationOut, maskOut);
  }

  step(action: Floats): TeamResult {
    this.#guard.progress.next();
    (this.#guard.agents[this.#env.acting] as AgentGuard).checkAction(action);
    const result = this.#env.step(action);
    this.#guard.checkResult(result);
    return result;
  }
}
