/**
 * Requests of a fluid service that have ended and are not counted yet. Hot: bench/learn-envs.ts.
 *
 * Latencies are worked out when somebody asks: until then a stretch of requests is a few numbers. They enter the books as strata, each a
 * whole number of requests at the mean latency of its stratum (strata.ts); of few requests some strata have none, in turn. Watchers,
 * who see intervals, see a sample of an interval's latencies (restless.ts): in the mean of all intervals that is the same.
 */
import type { Rng } from "../../../kernel/index.ts";
import { Request } from "../request-pool.ts";
import type { RequestWatcher } from "../request-service.ts";
import { OUTCOME, type ServiceStats } from "../service-stats.ts";
import type { Batches } from "./batches.ts";
import { LAW, LAW_SIZE } from "./latency-law.ts";
import { Strata } from "./strata.ts";
import type { WorkLaw } from "./work-law.ts";

const ARRIVAL = 0;
const COUNT = 1;
const ENERGY = 2;
const CARBON = 3;
const LAW_AT = 4;
const CELLS = LAW_AT + LAW_SIZE;
/** Entries of a page; and pages after which nobody needs to ask: 19 MB. */
const PAGE = 128;
const PAGES_MAX = 2048;
/** Laws whose numbers differ by less, relatively, are joined: the mean stays, and the shape but for the square of that. */
const JOINED = 0.02;
const GOLDEN = 0.6180339887498949;

export class EndedLog {
  readonly #strata: Strata;
  readonly #stats: ServiceStats;
  readonly #watchers: readonly RequestWatcher[];
  readonly #rng: Rng;
  readonly #record = new Request(0);
  /** Full ones, and the one that is written to. */
  readonly #full: Float64Array[] = [];
  #page = new Float64Array(PAGE * CELLS);
  /** Entries of that one. */
  #count = 0;
  #turn = 0;
  /** May the last entry be joined? */
  #isOpen = false;
  // Per request of the entries that `#leave` is adding.
  #energyJ = 0;
  #carbonG = 0;
  readonly #leave = (count: number, arrivalS: number, laws: ArrayLike<number>, lawAt: number): void =>
    this.#append(count, arrivalS, laws, lawAt);

  /** @param rng of what watchers see */
  constructor(work: WorkLaw, stats: ServiceStats, watchers: readonly RequestWatcher[], rng: Rng) {
    this.#rng = rng;
    this.#strata = new Strata(work);
    this.#stats = stats;
    this.#watchers = watchers;
  }

  /** What is added from now on stands for itself: if it were joined, what is counted would depend on when somebody asked. */
  nextInstant(): void {
    this.#isOpen = false;
  }

  /** Takes `count` requests out of `batches`; joules and grams are of each. */
  add(batches: Batches, count: number, energyJ: number, carbonG: number): void {
    this.#energyJ = energyJ;
    this.#carbonG = carbonG;
    batches.take(count, this.#leave);
    if (this.#full.length >= PAGES_MAX) this.flush();
  }

  /** Counts them. */
  flush(): void {
    for (const page of this.#full) this.#enterAll(page, PAGE);
    this.#enterAll(this.#page, this.#count);
    this.#full.length = 0;
    this.#count = 0;
  }

  #append(count: number, arrivalS: number, laws: ArrayLike<number>, lawAt: number): void {
    if (this.#isOpen && this.#joins(count, arrivalS, laws, lawAt)) return;
    this.#isOpen = true;
    if (this.#count === PAGE) this.#turnPage();
    const cells = this.#page;
    const at = this.#count++ * CELLS;
    cells[at + ARRIVAL] = arrivalS;
    cells[at + COUNT] = count;
    cells[at + ENERGY] = this.#energyJ;
    cells[at + CARBON] = this.#carbonG;
    for (let i = 0; i < LAW_SIZE; i++) cells[at + LAW_AT + i] = laws[lawAt + i] as number;
  }

  #turnPage(): void {
    this.#full.push(this.#page);
    this.#page = new Float64Array(PAGE * CELLS);
    this.#count = 0;
  }

  /** Adds them to the last entry, if they came with those and fare alike: in another replica. Means stay. */
  #joins(count: number, arrivalS: number, laws: ArrayLike<number>, lawAt: number): boolean {
    const cells = this.#page;
    const at = (this.#count - 1) * CELLS;
    if (cells[at + ARRIVAL] !== arrivalS || !areAlike(laws, lawAt, cells, at + LAW_AT)) return false;
    const all = (cells[at + COUNT] as number) + count;
    const part = count / all;
    const join = (cell: number, value: number): void => {
      cells[cell] = (cells[cell] as number) + part * (value - (cells[cell] as number));
    };
    cells[at + COUNT] = all;
    join(at + ENERGY, this.#energyJ);
    join(at + CARBON, this.#carbonG);
    for (let i = 0; i < LAW_SIZE; i++) join(at + LAW_AT + i, laws[lawAt + i] as number);
    return true;
  }

  #enterAll(page: Float64Array, count: number): void {
    for (let i = 0; i < count; i++) this.#enter(page, i * CELLS);
  }

  #enter(cells: Float64Array, at: number): void {
    const strata = this.#strata;
    const record = this.#record;
    const sloS = this.#stats.slo?.latencyS ?? Infinity;
    const count = cells[at + COUNT] as number;
    strata.compute(cells, at + LAW_AT, sloS);
    record.outcome = OUTCOME.finished;
    record.count = count;
    record.arrivalS = cells[at + ARRIVAL] as number;
    record.energyJ = cells[at + ENERGY] as number;
    record.carbonG = cells[at + CARBON] as number;
    record.startS = record.arrivalS + waitS(cells, at + LAW_AT);
    this.#turn += this.#turn + GOLDEN < 1 ? GOLDEN : GOLDEN - 1;
    strata.deal(count, this.#turn);
    this.#stats.endedTogether(record, strata);
    if (this.#watchers.length === 0) return;
    strata.dealSeen(count, this.#rng, cells[at + LAW_AT + LAW.theta] as number, cells[at + LAW_AT + LAW.frailty] as number);
    for (const watcher of this.#watchers) this.#tell(watcher);
  }

  #tell(watcher: RequestWatcher): void {
    const { size, counts, meanS, goodSize } = this.#strata;
    const record = this.#record;
    const { count, arrivalS } = record;
    for (let i = 0; i < size; i++) {
      if (counts[i] === 0) continue;
      record.count = counts[i] as number;
      record.sloS = i < goodSize ? Infinity : 0; // the clock's rounding must not decide
      watcher(record, arrivalS + (meanS[i] as number));
    }
    record.count = count;
  }
}

function areAlike(a: ArrayLike<number>, aAt: number, b: ArrayLike<number>, bAt: number): boolean {
  for (let i = 0; i < LAW_SIZE; i++) {
    const value = b[bAt + i] as number;
    if (!(Math.abs((a[aAt + i] as number) - value) <= JOINED * value)) return false;
  }
  return true;
}

/** Mean wait for a slot. */
function waitS(cells: Float64Array, lawAt: number): number {
  return (cells[lawAt + LAW.shift] as number) + (cells[lawAt + LAW.chance] as number) * (cells[lawAt + LAW.delayS] as number);
}
