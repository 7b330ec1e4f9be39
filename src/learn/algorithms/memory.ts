/** What learners share that learn from old transitions: a replay for each agent, and batches for the whole population. */
import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../kernel/index.ts";
import { maskLength } from "../env.ts";
import type { VectorBuffers } from "../lanes.ts";
import type { Sequential } from "../nets/index.ts";
import { type Batch, makeBatch, Replay, type ReplayRows, type ReplayState } from "../replay.ts";
import { discount } from "../returns.ts";
import { agentStreams, type FirstUpdate, type Setting } from "./algorithm.ts";
import { rowOf, stack, stackFlat } from "./population.ts";

export interface MemoryOptions {
  /** Transitions kept of each agent. */
  readonly capacity: number;
  readonly batchSize: number;
  readonly gamma: number;
  readonly laneCount: number;
  /** Keep what is allowed next, of an environment with masks. */
  readonly masked?: boolean;
}

/** Transitions drawn for every agent. */
export interface Transitions {
  /** [agents, batch, numbers]; so are the next two. */
  readonly observations: tf.Tensor3D;
  /** As networks see them. */
  readonly decisions: tf.Tensor3D;
  readonly successors: tf.Tensor3D;
  /** 1 where a choice is allowed next, [agents, batch, choices]; only if they are kept. */
  readonly successorMasks: tf.Tensor3D | undefined;
  /** [agents, batch] */
  readonly rewards: tf.Tensor2D;
  /** What a value after the transition is worth before it: 0 where the task ended, else gamma to the elapsed steps. [agents, batch] */
  readonly factors: tf.Tensor2D;
}

/** Of algorithms that let all lanes step on until there have been so many steps. */
export function afterStart({ lanes, startSteps }: { readonly lanes: number; readonly startSteps: number }): FirstUpdate {
  return { steps: Math.ceil(startSteps / lanes) * lanes, because: `${startSteps} startSteps` };
}

export class Memory {
  /** What each agent's lanes decided last, a row a lane; whoever acts writes here. */
  readonly decisions: readonly Float32Array[];
  readonly #observations: readonly Float32Array[];
  readonly #replays: readonly Replay[];
  readonly #batches: readonly ReplayRows[];
  readonly #streams: readonly Rng[];
  readonly #options: MemoryOptions;
  readonly #stepS: number;

  constructor(setting: Setting, options: MemoryOptions) {
    const { seeds, spec, stepS } = setting;
    const size = {
      observationSize: spec.observationSpace.slots.length,
      actionSize: spec.actionSpace.slots.length,
      ...(options.masked && { maskSize: maskLength(spec) }),
    };
    this.#options = options;
    this.#stepS = stepS;
    this.decisions = seeds.map(() => new Float32Array(options.laneCount * size.actionSize));
    this.#observations = seeds.map(() => new Float32Array(options.laneCount * size.observationSize));
    this.#replays = seeds.map(() => new Replay({ capacity: options.capacity, ...size }));
    this.#batches = seeds.map(() => makeBatch(options.batchSize, size));
    this.#streams = agentStreams(setting)("batches");
  }

  /** Holds given transitions, actions as networks see them, and no others. */
  static holding(setting: Setting, data: readonly Batch[], options: Pick<MemoryOptions, "batchSize" | "gamma">): Memory {
    const memory = new Memory(setting, { ...options, capacity: (data[0] as Batch).rewards.length, laneCount: 1 });
    memory.restore(data.map((rows) => ({ rows, next: 0 })));
    return memory;
  }

  /** Notes what an agent's lanes see before they act. */
  see(agent: number, { observations }: VectorBuffers): void {
    (this.#observations[agent] as Float32Array).set(observations);
  }

  /** Takes in what followed what was seen and decided. */
  observe(agent: number, { successors, successorMasks, rewards, elapsedS, terminated }: VectorBuffers): void {
    const { laneCount, masked } = this.#options;
    for (let lane = 0; lane < laneCount; lane++) {
      this.#replays[agent]?.add({
        observation: rowOf(this.#observations[agent] as Float32Array, lane, laneCount),
        action: rowOf(this.decisions[agent] as Float32Array, lane, laneCount),
        reward: rewards[lane] as number,
        successor: rowOf(successors, lane, laneCount),
        successorMask: masked ? rowOf(successorMasks, lane, laneCount) : undefined,
        terminated: terminated[lane] === 1,
        elapsedSteps: (elapsedS[lane] as number) / this.#stepS,
      });
    }
  }

  /** Draws for every agent, by the number of the update. Call it inside `tf.tidy`. */
  sample(update: number): Transitions {
    const { batchSize, gamma, masked } = this.#options;
    const batches = this.#batches;
    batches.forEach((batch, agent) => void this.#replays[agent]?.sampleInto(batch, (this.#streams[agent] as Rng).fork(`${update}`)));
    const factorsOf = ({ terminated, elapsedSteps }: Batch): Float32Array =>
      terminated.map((ended, i) => (ended === 1 ? 0 : discount(gamma, elapsedSteps[i] as number)));
    return {
      observations: stack(
        batches.map((batch) => batch.observations),
        batchSize,
      ),
      decisions: stack(
        batches.map((batch) => batch.actions),
        batchSize,
      ),
      successors: stack(
        batches.map((batch) => batch.successors),
        batchSize,
      ),
      successorMasks: masked
        ? stack(
            batches.map((batch) => batch.successorMasks as Uint8Array),
            batchSize,
          )
        : undefined,
      rewards: stackFlat(batches.map((batch) => batch.rewards)),
      factors: stackFlat(batches.map(factorsOf)),
    };
  }

  save(): readonly ReplayState[] {
    return this.#replays.map((replay) => replay.save());
  }

  restore(states: readonly ReplayState[]): void {
    states.forEach((state, agent) => void this.#replays[agent]?.restore(state));
  }
}

/** rewards + factors * values: what a critic learns. [agents, batch] */
export function bootstrapped({ rewards, factors }: Transitions, nextValues: tf.Tensor2D): tf.Tensor2D {
  return tf.add(rewards, tf.mul(factors, nextValues));
}

/** What a critic of observation and decision says, [agents, batch]. */
export function valuesOf(critic: Sequential, observations: tf.Tensor3D, decisions: tf.Tensor3D): tf.Tensor2D {
  return tf.squeeze(critic.forward(tf.concat([observations, decisions], 2)), [2]);
}
