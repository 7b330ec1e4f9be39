/** Signals that know their rows: a constant, or a table of equal steps. */
import type { Signal } from "./signal.ts";

/** A signal with an extent and equal steps; forecasts are made of it. */
export interface RowSignal extends Signal {
  /** Covers [fromS, untilS]: seconds since `start`, infinite for a constant or a table that repeats. */
  readonly fromS: number;
  readonly untilS: number;
  /** Number of the step that holds `timeS`; steps are counted on through repeats. */
  row(timeS: number): number;
  /** Mean over all rows. */
  readonly mean: number;
}

export function constantSignal(value: number): RowSignal {
  return {
    fromS: Number.NEGATIVE_INFINITY,
    untilS: Number.POSITIVE_INFINITY,
    mean: value,
    at: () => value,
    row: () => 0,
    nextChangeS: () => Number.POSITIVE_INFINITY,
  };
}

export interface TableSignalOptions {
  readonly values: Float64Array;
  /** Seconds from `start` to the start of the first row; negative where the table begins earlier. */
  readonly fromS: number;
  readonly stepS: number;
  /** Begin again at the first row after the last, both ways and for ever. */
  readonly repeat: boolean;
}

/** One value per step, held until the next. */
export function tableSignal(options: TableSignalOptions): RowSignal {
  return new TableSignal(options);
}

class TableSignal implements RowSignal {
  readonly fromS: number;
  readonly untilS: number;
  readonly mean: number;
  readonly #values: Float64Array;
  readonly #originS: number;
  readonly #stepS: number;
  readonly #repeat: boolean;

  constructor({ values, fromS, stepS, repeat }: TableSignalOptions) {
    if (values.length === 0 || !(stepS > 0))
      throw new RangeError(`a table signal needs rows and a step, got ${values.length} rows of ${stepS} s`);
    this.#values = values;
    this.#originS = fromS;
    this.#stepS = stepS;
    this.#repeat = repeat;
    this.fromS = repeat ? Number.NEGATIVE_INFINITY : fromS;
    this.untilS = repeat ? Number.POSITIVE_INFINITY : fromS + values.length * stepS;
    this.mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  }

  /** @throws {RangeError} outside [fromS, untilS]; `untilS` itself belongs to the last row, so that a run may end there. */
  at(timeS: number): number {
    const count = this.#values.length;
    const row = this.row(timeS);
    return this.#values[this.#repeat ? row - Math.floor(row / count) * count : Math.min(row, count - 1)] as number;
  }

  row(timeS: number): number {
    if (!(timeS >= this.fromS && timeS <= this.untilS)) {
      throw new RangeError(`the table covers ${this.fromS} s to ${this.untilS} s, asked for ${timeS} s`);
    }
    const row = Math.floor((timeS - this.#originS) / this.#stepS);
    // A step that is not a whole number of seconds can put a boundary an ulp to either side of its row.
    if (timeS >= this.#startS(row + 1)) return row + 1;
    return timeS < this.#startS(row) ? row - 1 : row;
  }

  nextChangeS(timeS: number): number {
    const nextS = this.#startS(this.row(timeS) + 1);
    return nextS < this.untilS ? nextS : Number.POSITIVE_INFINITY;
  }

  #startS(row: number): number {
    return this.#originS + row * this.#stepS;
  }
}
