/**
 * The law of work x (1 + spread x E), E exponential of mean 1: latencies where cores are shared. Its shape depends on the spread alone, so it is
 * tabulated by it, each row when first asked for. Hot: bench/learn-envs.ts.
 */
import { SHARES, type WorkLaw } from "./work-law.ts";

/** Between two rows 1 + spread grows by so much; straight lines between them are off by an eighth of its square. */
const ROW_STEP = 0.02;
/** An edge is found this exactly; what lies below it is exact. */
const EDGE_CLOSE = 1e-3;
const EDGES = SHARES.length - 2;

interface Row {
  readonly spread: number;
  /** At each edge between two cells of `SHARES`: the share below it, and the part of the whole mean that lies above. */
  readonly below: Float64Array;
  readonly heavier: Float64Array;
  /** And the share above it by their own work alone. */
  readonly own: Float64Array;
  // Of the limit that was last asked for: the share above it, that by their own work alone, and the mean excess over it.
  limit: number;
  above: number;
  ownAbove: number;
  excess: number;
}

export class Stretched {
  readonly below = new Float64Array(EDGES);
  readonly heavier = new Float64Array(EDGES);
  readonly own = new Float64Array(EDGES);
  readonly #work: WorkLaw;
  /** By index; rows that nobody asked for are not there. */
  readonly #rows: (Row | undefined)[] = [];
  /** Share above a value, and mean excess over it times that share, as `compute` or `look` found them. */
  above = 0;
  /** The share above it by their own work alone. */
  ownAbove = 0;
  excess = 0;

  constructor(work: WorkLaw) {
    this.#work = work;
  }

  /** Sets `below` and `heavier` for a spread, `above` and `excess` for a limit, which is mostly that of the last time. */
  compute(spread: number, limit: number): void {
    const at = Math.log1p(spread) / ROW_STEP;
    const first = Math.floor(at);
    const part = at - first;
    const low = this.#row(first, limit);
    const high = this.#row(first + 1, limit);
    for (let k = 0; k < EDGES; k++) {
      this.below[k] = (1 - part) * (low.below[k] as number) + part * (high.below[k] as number);
      this.heavier[k] = (1 - part) * (low.heavier[k] as number) + part * (high.heavier[k] as number);
      this.own[k] = (1 - part) * (low.own[k] as number) + part * (high.own[k] as number);
    }
    this.above = (1 - part) * low.above + part * high.above;
    this.ownAbove = (1 - part) * low.ownAbove + part * high.ownAbove;
    this.excess = (1 - part) * low.excess + part * high.excess;
  }

  #row(index: number, limit: number): Row {
    let row = this.#rows[index];
    if (row === undefined) {
      row = this.#newRow(Math.expm1(index * ROW_STEP));
      this.#rows[index] = row;
    }
    if (row.limit !== limit) this.#limitTo(row, limit);
    return row;
  }

  #limitTo(row: Row, limit: number): void {
    this.look(limit, row.spread);
    row.limit = limit;
    row.above = this.above;
    row.ownAbove = this.ownAbove;
    row.excess = this.excess;
  }

  #newRow(spread: number): Row {
    const cells = (): Float64Array => new Float64Array(EDGES);
    const row = { spread, below: cells(), heavier: cells(), own: cells(), limit: Number.NaN, above: 0, ownAbove: 0, excess: 0 };
    const most = 64 * (1 + spread) * (this.#work.valuesS.at(-1) as number);
    let low = 0;
    for (let k = 0; k < EDGES; k++) {
      let high = most;
      while (high - low > EDGE_CLOSE * high) {
        const middle = low === 0 ? high / 16 : Math.sqrt(low * high);
        this.look(middle, spread);
        if (this.above > 1 - (SHARES[k + 1] as number)) low = middle;
        else high = middle;
        if (high < most * TINY) break;
      }
      this.look(high, spread);
      row.below[k] = 1 - this.above;
      row.own[k] = this.ownAbove;
      row.heavier[k] = (high * this.above + this.excess) / (this.#work.meanS * (1 + spread));
    }
    return row;
  }

  /** Sets `above`, `ownAbove` and `excess` of a value. */
  look(value: number, spread: number): void {
    const { valuesS, shares } = this.#work;
    let above = 0;
    let ownAbove = 0;
    let excess = 0;
    for (let i = 0; i < valuesS.length; i++) {
      const workS = valuesS[i] as number;
      const share = shares[i] as number;
      const delayS = spread * workS;
      if (value < workS) {
        above += share;
        ownAbove += share;
        excess += share * (workS - value + delayS);
      } else if (delayS > 0) {
        const later = share * Math.exp(-(value - workS) / delayS);
        above += later;
        excess += later * delayS;
      }
    }
    this.above = Math.min(1, above);
    this.ownAbove = ownAbove;
    this.excess = excess;
  }
}

/** Of the greatest value: less is nothing. */
const TINY = 1e-12;

const TABLES = new WeakMap<WorkLaw, Stretched>();

/** The table of a law, one for all who ask. */
export function stretchedOf(work: WorkLaw): Stretched {
  const known = TABLES.get(work);
  if (known !== undefined) return known;
  const made = new Stretched(work);
  TABLES.set(work, made);
  return made;
}
