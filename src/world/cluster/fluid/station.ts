/**
 * The stationary queue at one replica by its load: numbers in, numbers out. Hot: bench/fluid.ts.
 *
 * A request has a slot to itself while it runs, and the running ones share `cores`: n of them work at min(n, slots, cores) cores.
 * With exponential work and Poisson arrivals this is a birth-death process, and all that follows is exact; with slots = cores
 * it is M/M/c. By the insensitivity of processor sharing it is exact for any law of work where nobody waits for a slot
 * (Cohen, The multiple phase service network with generalized processor sharing, Acta Informatica 12, 1979). Elsewhere the
 * number that waits is corrected:
 *  - by the law of work, as of Boxma, Cohen & Huffels, Approximations of the mean waiting time in an M/G/s queueing system,
 *    Operations Research 27(6), 1979: exact in light and in heavy traffic, and for one slot (Pollaczek-Khinchine). It rests on M/D/c,
 *    taken from Cosmetatos, Some approximate equilibrium results for the multi-server queue (M/G/r), Operational Research
 *    Quarterly 27(3), 1976, held below its limit in light traffic, c/(c + 1), which his formula passes
 *    (Kimura, Refining Cosmetatos' approximation, J. Operational Research Society 42(7), 1991, does so by another function);
 *  - by the gaps between arrivals, as of Kraemer & Langenbach-Belz, Approximate formulae for the delay in the queueing system
 *    GI/G/1, 8th International Teletraffic Congress, 1976.
 *
 * Loads are told by x = rho / (1 - rho), so that nothing is lost close to 1; in M/M/1 it is the number in the system.
 */
import { leastRemainingS, type WorkLaw } from "./work-law.ts";

export interface StationOptions {
  /** Requests that run at once; Infinity where all do. */
  readonly slots: number;
  readonly work: WorkLaw;
}

/** Relative to the number in the system. */
const CLOSE = 1e-12;
/** Loads no further apart tell no slope. */
const SAME = 1e-7;
const MOST_STEPS = 100;
/** A load as good as 1: without chance no lesser one leaves anybody waiting. */
const FULL = 1e12;

export class Station {
  /** Most cores that are ever busy. */
  capacity = 0;
  /** Slots that are busy at once without sharing a core. */
  #whole = 0;
  readonly #slots: number;
  #gapCv2 = 1;
  readonly #workCv2: number;
  /** Light traffic's part in the formula of Boxma, Cohen and Huffels. */
  readonly #light: number;
  /** Cosmetatos' excess over half of M/M/c at rho = 1/2, and what it may not pass. */
  readonly #excess: number;
  readonly #excessMost: number;

  // What the last `at` found, in requests: those who wait for a slot, and the share of arrivals that do.
  waiting = 0;
  waitChance = 0;
  /** Near the last answer of `solve`: how many more are in the system for one more of x. */
  slope = 1;

  constructor({ slots, work }: StationOptions) {
    this.#slots = slots;
    this.#workCv2 = work.cv2;
    const many = slots === Infinity ? 1 : slots;
    this.#excess = ((many - 1) * (Math.sqrt(4 + 5 * many) - 2)) / (16 * many);
    this.#excessMost = (many - 1) / (many + 1);
    this.#light = many === 1 ? 1 : (((1 + work.cv2) * work.meanS) / leastRemainingS(work, many) - many - 1) / (many - 1);
  }

  /** From now on requests share `cores`, and the gaps between them have this squared coefficient of variation. */
  set(cores: number, gapCv2: number): void {
    this.#gapCv2 = gapCv2;
    this.capacity = Math.min(this.#slots, cores);
    this.#whole = Math.floor(this.capacity);
  }

  /** Mean number in the system at load x; also sets `waiting` and `waitChance`. */
  at(x: number): number {
    const free = 1 / (1 + x); // 1 - rho
    const rho = x * free;
    const offered = rho * this.capacity;
    const whole = this.#whole;
    let blocked = 1; // Erlang's B of `whole` servers: the share of time with that many, were there no more
    for (let k = 1; k <= whole; k++) blocked = (offered * blocked) / (k + offered * blocked);
    const below = free / (free + blocked * rho); // P(number <= whole)
    const atWhole = below * blocked;
    const total = below * offered * (1 - blocked) + atWhole * x * (whole + 1 + x);
    if (this.#slots === Infinity) {
      this.waiting = 0;
      this.waitChance = 0;
      return this.#gapCv2 === 1 ? total : offered + (total - offered) * this.#gapFactor(rho, free, 1);
    }
    let full = atWhole;
    for (let k = whole; k < this.#slots; k++) full *= rho;
    const waiting = full * x * (1 + x);
    this.waiting = waiting * this.#workFactor(x) * this.#gapFactor(rho, free, this.#workCv2);
    this.waitChance = full * (1 + x);
    return total - waiting + this.waiting;
  }

  /**
   * The load x whose number in the system, and `could` times whose rho, make `total`: the inverse of `at` where `could` is 0; where it
   * is what can be served in a time, the load at the end of an implicit Euler step. What `at` found there stands.
   * @param guess where to begin; near the answer it takes one or two looks
   */
  solve(total: number, could: number, guess: number): number {
    let low = 0;
    let high = Infinity;
    let x = guess > 0 ? guess : 1;
    let lastX = 0;
    let lastNumber = 0;
    for (let step = 0; step < MOST_STEPS; step++) {
      const number = this.at(x);
      const excess = number + (could * x) / (1 + x) - total;
      if (Math.abs(excess) <= CLOSE * total) return x;
      if (excess < 0) low = x;
      else high = x;
      if (high < Infinity && high - low <= CLOSE * high) return x;
      if (Math.abs(x - lastX) > SAME * x) this.slope = (number - lastNumber) / (x - lastX);
      lastX = x;
      lastNumber = number;
      // Newton, with the slope between the last two looks; kept between what is too little and what is too much.
      const next = x - excess / (this.slope + could / ((1 + x) * (1 + x)));
      x = next > low && next < high ? next : high === Infinity ? 2 * x : (low + high) / 2;
      if (x >= FULL) break;
    }
    x = Math.min(x, FULL);
    this.at(x);
    return x;
  }

  /** Waiting of M/G/c over that of M/M/c. */
  #workFactor(x: number): number {
    const cv2 = this.#workCv2;
    if (this.#excessMost === 0) return (1 + cv2) / 2;
    const constant = (1 + this.#excessMost * Math.tanh(this.#excess / (x * this.#excessMost))) / 2; // of M/D/c over M/M/c
    return ((1 + cv2) * constant) / (2 * this.#light * constant + 1 - this.#light);
  }

  /** Waiting of GI/G/1 over that of M/G/1. */
  #gapFactor(rho: number, free: number, workCv2: number): number {
    const gapCv2 = this.#gapCv2;
    if (gapCv2 === 1) return 1;
    const both = gapCv2 + workCv2;
    if (both === 0) return 0; // clockwork
    const exponent =
      gapCv2 < 1 ? (2 * free * (1 - gapCv2) * (1 - gapCv2)) / (3 * rho * both) : (free * (gapCv2 - 1)) / (gapCv2 + 4 * workCv2);
    return (both / (1 + workCv2)) * Math.exp(-exponent);
  }
}
