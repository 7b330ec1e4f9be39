/**
 * The joules of one server, by account, integrated exactly between changes. Hot: bench/run.ts, bench/fleet.ts.
 * All sums lie in one array, for a fleet's cost is the memory it touches.
 */

/** Places of the rates, and of the sums with their lost low bits. */
const WALL = 0;
const REQUEST = 1;
const JOB = 2;
const IDLE = 3;
const RESERVED_IDLE = 4;
const PSU_LOSS = 5;
const BUSY = 6;
const WORK = 7;
const UP = 8;
const COUNT = 9;

/** Watts at the wall and their parts, busy cores, and work done per second. */
export interface MeterRates {
  readonly wallW: number;
  readonly requestW: number;
  readonly jobW: number;
  readonly idleW: number;
  readonly reservedIdleW: number;
  readonly psuLossW: number;
  readonly usedCores: number;
  readonly workRate: number;
  readonly isUp: boolean;
}

export class ServerMeter {
  /** Rates, then sums, then what the sums lost. */
  readonly #cells = new Float64Array(3 * COUNT);

  /** Sets what holds from now on. */
  set(rates: MeterRates): void {
    const cells = this.#cells;
    cells[WALL] = rates.wallW;
    cells[REQUEST] = rates.requestW;
    cells[JOB] = rates.jobW;
    cells[IDLE] = rates.idleW;
    cells[RESERVED_IDLE] = rates.reservedIdleW;
    cells[PSU_LOSS] = rates.psuLossW;
    cells[BUSY] = rates.usedCores;
    cells[WORK] = rates.workRate;
    cells[UP] = rates.isUp ? 1 : 0;
  }

  /** Adds `dtS` seconds at the present rates; compensated sums as in kernel/sum.ts, by hand. */
  advance(dtS: number): void {
    const cells = this.#cells;
    for (let i = 0; i < COUNT; i++) {
      const rate = cells[i] as number;
      if (rate === 0) continue;
      const term = rate * dtS;
      const sum = cells[COUNT + i] as number;
      const next = sum + term;
      const added = next - sum;
      cells[2 * COUNT + i] = (cells[2 * COUNT + i] as number) + (sum - (next - added) + (term - added));
      cells[COUNT + i] = next;
    }
  }

  /** What the meter at the socket reads; summed apart from its parts, so that the two can be compared. */
  get wallJ(): number {
    return this.#sum(WALL);
  }
  get requestJ(): number {
    return this.#sum(REQUEST);
  }
  get jobJ(): number {
    return this.#sum(JOB);
  }
  get idleJ(): number {
    return this.#sum(IDLE);
  }
  get reservedIdleJ(): number {
    return this.#sum(RESERVED_IDLE);
  }
  get psuLossJ(): number {
    return this.#sum(PSU_LOSS);
  }
  get busyCoreS(): number {
    return this.#sum(BUSY);
  }
  get workCoreS(): number {
    return this.#sum(WORK);
  }
  get upS(): number {
    return this.#sum(UP);
  }

  #sum(of: number): number {
    return (this.#cells[COUNT + of] as number) + (this.#cells[2 * COUNT + of] as number);
  }
}
