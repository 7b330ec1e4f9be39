/** A ring of past transitions: the newest `capacity` of them, drawn from uniformly. */
import type { Rng } from "../kernel/index.ts";
import type { Floats } from "./spaces.ts";

export interface Experience {
  readonly observation: Floats;
  readonly action: Floats;
  readonly reward: number;
  /** What followed, before any reset. */
  readonly successor: Floats;
  /** What is allowed there, where the environment has masks. */
  readonly successorMask?: Uint8Array | undefined;
  /** The task itself ended: the successor is worth nothing. */
  readonly terminated: boolean;
  /** Time between, in nominal steps. */
  readonly elapsedSteps: number;
}

export interface ReplaySize {
  /** Transitions. */
  readonly capacity: number;
  /** Numbers of an observation. */
  readonly observationSize: number;
  readonly actionSize: number;
  /** Entries of a mask, where the environment has them. */
  readonly maskSize?: number;
}

/** Transitions by row. */
export interface Batch {
  readonly observations: Float32Array;
  readonly actions: Float32Array;
  readonly rewards: Float32Array;
  readonly successors: Float32Array;
  /** 0 or 1, as numbers: targets multiply by 1 - terminated. */
  readonly terminated: Float32Array;
  readonly elapsedSteps: Float32Array;
}
/** The same, and what is allowed next, where a replay keeps masks. */
export interface ReplayRows extends Batch {
  readonly successorMasks?: Uint8Array;
}

/** What a ring needs to go on exactly where it was. */
export interface ReplayState {
  /** The rows that are held, as they lie in the ring. */
  readonly rows: ReplayRows;
  /** Row that the next transition is written to. */
  readonly next: number;
}

export class Replay {
  readonly #size: ReplaySize;
  readonly #rows: ReplayRows;
  #next = 0;
  #count = 0;

  /** @throws {RangeError} unless all sizes are whole numbers >= 1. */
  constructor(size: ReplaySize) {
    for (const [name, value] of Object.entries(size)) {
      if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name} must be a whole number >= 1, got ${value}`);
    }
    this.#size = size;
    this.#rows = makeBatch(size.capacity, size);
  }

  /** Transitions held. */
  get count(): number {
    return this.#count;
  }

  add({ observation, action, reward, successor, successorMask, terminated, elapsedSteps }: Experience): void {
    const { capacity, observationSize, actionSize, maskSize = 0 } = this.#size;
    const rows = this.#rows;
    const row = this.#next;
    rows.observations.set(observation, row * observationSize);
    rows.actions.set(action, row * actionSize);
    rows.rewards[row] = reward;
    rows.successors.set(successor, row * observationSize);
    if (successorMask !== undefined) rows.successorMasks?.set(successorMask, row * maskSize);
    rows.terminated[row] = terminated ? 1 : 0;
    rows.elapsedSteps[row] = elapsedSteps;
    this.#next = (row + 1) % capacity;
    if (this.#count < capacity) this.#count++;
  }

  /** Fills `batch` with rows drawn uniformly, with replacement. @throws {RangeError} if nothing is held. */
  sampleInto(batch: ReplayRows, rng: Rng): void {
    if (this.#count === 0) throw new RangeError("the replay holds nothing to draw from");
    for (let i = 0; i < batch.rewards.length; i++) this.#copy(rng.int(this.#count), batch, i);
  }

  save(): ReplayState {
    const rows = makeBatch(this.#count, this.#size);
    for (let i = 0; i < this.#count; i++) this.#copy(i, rows, i);
    return { rows, next: this.#next };
  }

  /** Takes up what `save` gave, of a replay of the same size. @throws {RangeError} if it does not fit. */
  restore({ rows, next }: ReplayState): void {
    const { capacity, observationSize, actionSize, maskSize = 0 } = this.#size;
    const { length } = rows.rewards;
    const fits =
      rows.observations.length === length * observationSize &&
      rows.actions.length === length * actionSize &&
      (rows.successorMasks?.length ?? 0) === length * maskSize;
    if (!fits || length > capacity || next !== (length < capacity ? length : next % capacity)) {
      throw new RangeError(
        `${length} saved transitions do not fit a replay of ${capacity} x (${[observationSize, actionSize, ...(maskSize > 0 ? [maskSize] : [])].join(" + ")})`,
      );
    }
    for (const [name, values] of Object.entries(rows) as [keyof ReplayRows, Float32Array][]) this.#rows[name]?.set(values);
    this.#count = length;
    this.#next = next;
  }

  #copy(row: number, batch: ReplayRows, i: number): void {
    const { observationSize, actionSize, maskSize = 0 } = this.#size;
    const rows = this.#rows;
    for (let k = 0; k < observationSize; k++) {
      batch.observations[i * observationSize + k] = rows.observations[row * observationSize + k] as number;
      batch.successors[i * observationSize + k] = rows.successors[row * observationSize + k] as number;
    }
    for (let k = 0; k < actionSize; k++) batch.actions[i * actionSize + k] = rows.actions[row * actionSize + k] as number;
    if (maskSize > 0)
      batch.successorMasks?.set((rows.successorMasks as Uint8Array).subarray(row * maskSize, (row + 1) * maskSize), i * maskSize);
    batch.rewards[i] = rows.rewards[row] as number;
    batch.terminated[i] = rows.terminated[row] as number;
    batch.elapsedSteps[i] = rows.elapsedSteps[row] as number;
  }
}

/** Arrays for `count` transitions. */
export function makeBatch(count: number, { observationSize, actionSize, maskSize }: Omit<ReplaySize, "capacity">): ReplayRows {
  return {
    observations: new Float32Array(count * observationSize),
    actions: new Float32Array(count * actionSize),
    rewards: new Float32Array(count),
    successors: new Float32Array(count * observationSize),
    terminated: new Float32Array(count),
    elapsedSteps: new Float32Array(count),
    ...(maskSize === undefined ? {} : { successorMasks: new Uint8Array(count * maskSize) }),
  };
}
