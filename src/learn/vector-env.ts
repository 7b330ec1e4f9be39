/**
 * The lanes of one agent or of a whole population as one environment. A lane that ends begins its next episode in the same
 * step: `observations` then holds the first observation of that, `successors` always holds what followed the action, so that
 * a truncated episode is valued by its own last observation.
 * What a lane does depends on its agent's seed and its index alone, not on how many lanes or agents there are, nor on who plays it.
 *
 * No environment can be asked for its state. But each episode has a seed of its own, and equal seeds and actions give equal
 * episodes: so `save` keeps the number of the running episode and its actions, and `restore` plays them again.
 */
import { type Rng, rootRng } from "../kernel/index.ts";
import { EnvError } from "./env-error.ts";
import { LaneError, type LanePlayer, type Late, lanesOf, type VectorBuffers } from "./lanes.ts";

/** A finished episode: its agent, its lane among the agent's, the plain sum of its rewards, its steps. */
export interface Episode {
  readonly agent: number;
  readonly lane: number;
  readonly return: number;
  readonly stepCount: number;
}

/** What the lanes of an agent need to go on exactly where they were. */
export interface VectorState {
  readonly seed: number;
  /** The running episode of each lane: its number, and all actions in it so far, one after the other. */
  readonly lanes: readonly { readonly episode: number; readonly actions: readonly number[] }[];
}

interface Lane {
  readonly agent: number;
  /** Among the agent's. */
  readonly index: number;
  /** A seed for each episode. */
  seeds: Rng;
  /** Number of the running episode. */
  episode: number;
  /** All actions in the running episode. */
  readonly played: number[];
  return: number;
  stepCount: number;
}

export interface VectorOptions {
  /** Agents that share the lanes evenly, one after the other. */
  readonly agentCount?: number;
  /** Is told of each finished episode, in the order of lanes within a step. */
  readonly onEpisode?: (episode: Episode) => void;
}

export class VectorEnv {
  /** Of all lanes. */
  readonly buffers: VectorBuffers;
  /** The same memory, agent by agent. */
  readonly agents: readonly VectorBuffers[];
  readonly #player: LanePlayer;
  readonly #lanes: readonly Lane[];
  readonly #onEpisode: (episode: Episode) => void;
  #seeds: readonly number[] = [];

  constructor(player: LanePlayer, { agentCount = 1, onEpisode = () => {} }: VectorOptions = {}) {
    const { buffers, laneCount } = player;
    const each = laneCount / agentCount;
    if (!Number.isInteger(each)) throw new RangeError(`${laneCount} lanes cannot be shared evenly by ${agentCount} agents`);
    this.buffers = buffers;
    this.agents = Array.from({ length: agentCount }, (_, agent) => lanesOf(buffers, agent * each, (agent + 1) * each));
    this.#player = player;
    this.#onEpisode = onEpisode;
    this.#lanes = Array.from({ length: laneCount }, (_, i) => ({
      agent: Math.floor(i / each),
      index: i % each,
      seeds: rootRng(0),
      episode: 0,
      played: [],
      return: 0,
      stepCount: 0,
    }));
  }

  get laneCount(): number {
    return this.#lanes.length;
  }

  /** Begins an episode in every lane. The seeds of its episodes are drawn from its agent's seed, its index and their number. */
  reset(...seeds: readonly number[]): Late {
    this.#fork(seeds);
    return this.#begin(() => 0);
  }

  /** One an agent. */
  save(): readonly VectorState[] {
    return this.agents.map((_, agent) => ({
      seed: this.#seeds[agent] as number,
      lanes: this.#lanesOf(agent).map(({ episode, played }) => ({ episode, actions: [...played] })),
    }));
  }

  /** Plays the running episodes again, up to where they were. @throws {RangeError} if the state is of other numbers of agents or lanes. */
  async restore(states: readonly VectorState[]): Promise<void> {
    const lanes = states.flatMap((state) => state.lanes);
    if (lanes.length !== this.laneCount) throw new RangeError(`a saved vector of ${lanes.length} lanes, this one has ${this.laneCount}`);
    this.#fork(states.map(({ seed }) => seed));
    await this.#begin((i) => (lanes[i] as VectorState["lanes"][number]).episode);
    const { actions: acts } = this.buffers;
    const { acting } = this.#player.buffers;
    const width = acts.length / this.laneCount;
    const stepsMax = Math.max(...lanes.map(({ actions }) => actions.length / width));
    for (let t = 0; t < stepsMax; t++) {
      for (const [i, { actions }] of lanes.entries()) {
        acting[i] = t * width < actions.length ? 1 : 0;
        if (acting[i] === 1) acts.set(actions.slice(t * width, (t + 1) * width), i * width);
      }
      await this.step();
    }
    acting.fill(1);
  }

  /** Every lane acts by its row of `buffers.actions`. */
  step(): Late {
    this.#noteActions();
    return this.#afterwards(
      () => this.#player.step(),
      () => this.#noteResults(),
    );
  }

  /** Ends what plays the lanes. */
  close(): Promise<void> {
    return this.#player.close();
  }

  #lanesOf(agent: number): readonly Lane[] {
    return this.#lanes.filter((lane) => lane.agent === agent);
  }

  #fork(seeds: readonly number[]): void {
    const agentCount = this.agents.length;
    if (seeds.length !== agentCount) throw new RangeError(`${seeds.length} seeds for a vector of ${agentCount} agents`);
    this.#seeds = [...seeds];
    for (const lane of this.#lanes)
      lane.seeds = rootRng(seeds[lane.agent] as number)
        .fork("lanes")
        .fork(`${lane.index}`);
  }

  #begin(episodeOf: (lane: number) => number): Late {
    const { seeds } = this.#player.buffers;
    this.#lanes.forEach((lane, i) => {
      enter(lane, episodeOf(i));
      seeds[i] = seedOf(lane, lane.episode);
    });
    return this.#afterwards(
      () => this.#player.begin(),
      () => this.#announce(),
    );
  }

  /** Plays, then takes note. @throws {EnvError} that names seed and lane of what went wrong */
  #afterwards(play: () => Late, note: () => void): Late {
    let late: Late;
    try {
      late = play();
    } catch (error) {
      throw this.#named(error);
    }
    if (late === undefined) {
      note();
      return undefined;
    }
    return late.then(note, (error) => {
      throw this.#named(error);
    });
  }

  #named(error: unknown): unknown {
    if (!(error instanceof LaneError)) return error;
    const { agent, index } = this.#lanes[error.lane] as Lane;
    return new EnvError(`seed ${this.#seeds[agent]}, lane ${index}, ${error.message}`);
  }

  /** Each lane's next episode has its seed before it is needed: a lane that ends begins it in the same step. */
  #announce(): void {
    const { seeds } = this.#player.buffers;
    this.#lanes.forEach((lane, i) => {
      seeds[i] = seedOf(lane, lane.episode + 1);
    });
  }

  #noteActions(): void {
    const lanes = this.#lanes;
    const { actions, acting } = this.#player.buffers;
    const width = actions.length / lanes.length;
    for (let i = 0; i < lanes.length; i++) {
      if (acting[i] === 0) continue;
      const { played } = lanes[i] as Lane;
      for (let k = i * width; k < (i + 1) * width; k++) played.push(actions[k] as number);
    }
  }

  #noteResults(): void {
    const lanes = this.#lanes;
    const { rewards, terminated, truncated, acting, seeds } = this.#player.buffers;
    for (let i = 0; i < lanes.length; i++) {
      if (acting[i] === 0) continue;
      const lane = lanes[i] as Lane;
      lane.return += rewards[i] as number;
      lane.stepCount++;
      if (terminated[i] === 0 && truncated[i] === 0) continue;
      this.#onEpisode({ agent: lane.agent, lane: lane.index, return: lane.return, stepCount: lane.stepCount });
      enter(lane, lane.episode + 1);
      seeds[i] = seedOf(lane, lane.episode + 1);
    }
  }
}

function enter(lane: Lane, episode: number): void {
  lane.episode = episode;
  lane.played.length = 0;
  lane.return = 0;
  lane.stepCount = 0;
}

function seedOf({ seeds }: Lane, episode: number): number {
  return seeds.fork(`${episode}`).int(Number.MAX_SAFE_INTEGER);
}
