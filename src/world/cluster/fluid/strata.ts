/**
 * The latencies of a stretch of requests as a few strata: which share of them, and its mean latency. Hot: bench/learn-envs.ts.
 *
 * A latency is (its work) x scale + shift + a wait that is 0 or, with some chance, exponential: of first come, first served that is
 * exact in M/M/c, and elsewhere has the right mean. With processor sharing the second part grows with the work, as
 * exponential as the number that a short request finds (Kleinrock, Queueing Systems II, 1976, 4.4: a request's mean
 * latency is proportional to its work). Work is a law of single values (work-law.ts).
 */

import type { Rng } from "../../../kernel/index.ts";
import type { LatencySpread } from "../service-stats.ts";
import { LAW } from "./latency-law.ts";
import { seenShare } from "./restless.ts";
import { type Stretched, stretchedOf } from "./stretched.ts";
import { SHARES, type WorkLaw } from "./work-law.ts";

/** One for each cell of `SHARES`, and one more where the SLO divides one. */
export const STRATA_MOST = SHARES.length;

/** So many are drawn: beside more, chance is little. */
const FEW = 8;
/** More of one stratum are not drawn either: chance is little beside them, too. */
const MANY = 64;
const ONE_BY_ONE = 4;

export class Strata implements LatencySpread {
  /** Share of requests below each edge, and the mean latency between two edges, seconds. */
  readonly below = new Float64Array(STRATA_MOST + 1);
  readonly meanS = new Float64Array(STRATA_MOST);
  size = 0;
  /** How many of them meet the SLO: the first ones. */
  goodSize = 0;
  /** Whole requests of each, as `deal` dealt them. */
  readonly counts = new Float64Array(STRATA_MOST);
  /** Share above each edge by their own work alone, and the logarithm of the others' share above it, once it is asked for. */
  readonly #own = new Float64Array(STRATA_MOST + 1);
  readonly #logsAbove = new Float64Array(STRATA_MOST + 1);
  #hasLogs = false;
  readonly #work: WorkLaw;
  readonly #law = new Float64Array(LAW.theta).fill(Number.NaN);
  #sloS = Number.NaN;
  readonly #stretched: Stretched;
  /** Of all above the SLO: their share, that by their own work alone, and the product of the first with their mean latency. */
  #sloAbove = 0;
  #sloOwn = 0;
  #sloHeavierS = 0;
  // What `look` found: share above a latency, that by their own work alone, and mean excess over it.
  #above = 0;
  #ownAbove = 0;
  #excessS = 0;
  /** Mean latency times share, of all above the edge that was set last. */
  #heavierS = 0;

  constructor(work: WorkLaw) {
    this.#work = work;
    this.#stretched = stretchedOf(work);
  }

  /** Strata of the law at `at` of `laws`; no stratum has latencies on both sides of the SLO. */
  compute(laws: ArrayLike<number>, at: number, sloS: number): void {
    const law = this.#law;
    if (sloS === this.#sloS && this.#has(laws, at)) return;
    for (let i = 0; i < law.length; i++) law[i] = laws[at + i] as number;
    this.#sloS = sloS;
    const scale = law[LAW.scale] as number;
    const chance = law[LAW.chance] as number;
    this.below[0] = 0;
    this.size = 0;
    this.goodSize = 0;
    this.#hasLogs = false;
    this.#heavierS =
      this.#work.meanS * (scale + (law[LAW.stretch] as number) * chance) +
      (law[LAW.shift] as number) +
      chance * (law[LAW.delayS] as number);
    if (law[LAW.stretch] === 0) {
      this.#look(sloS);
      this.#sloIs(sloS);
      this.#cutAtShares();
    } else {
      this.#lookStretched(sloS);
      this.#sloIs(sloS);
      this.#cutStretched(this.#heavierS);
    }
    this.#cut(1, 0, 0);
  }

  /** Is it the law of the last time? */
  #has(laws: ArrayLike<number>, at: number): boolean {
    const law = this.#law;
    for (let i = 0; i < law.length; i++) {
      const value = law[i] as number;
      if (!(Math.abs((laws[at + i] as number) - value) <= SAME * value)) return false;
    }
    return true;
  }

  #sloIs(sloS: number): void {
    this.#sloAbove = this.#above;
    this.#sloOwn = this.#ownAbove;
    this.#sloHeavierS = sloS < Infinity ? sloS * this.#above + this.#excessS : 0;
  }

  /** Deals whole requests out: each stratum has as many of the points (k + turn) / count, k = 0, 1, ..., as lie in it. */
  deal(count: number, turn: number): void {
    const { below, counts, size } = this;
    let before = 0;
    for (let i = 0; i < size; i++) {
      const upTo = Math.max(0, Math.ceil(count * (below[i + 1] as number) - turn));
      counts[i] = upTo - before;
      before = upTo;
    }
  }

  /**
   * Deals them as a sample of what an interval sees (restless.ts): the longest latencies by their binomial laws, given those that are longer,
   * until a few are dealt; those below, of which there are many, by points as above.
   */
  dealSeen(count: number, rng: Rng, theta: number, frailty: number): void {
    if (count <= ONE_BY_ONE) {
      this.#dealOneByOne(count, rng, theta, frailty);
      return;
    }
    const { counts } = this;
    let left = count;
    let above = 0; // the share of those that are dealt
    let i = this.size - 1;
    for (; i > 0 && left > 0 && count * above < FEW; i--) {
      const next = Math.max(above, this.#seenAbove(i, theta, frailty));
      if (count * (next - above) > MANY) break;
      const drawn = binomial(left, (next - above) / (1 - above), rng);
      counts[i] = drawn;
      left -= drawn;
      above = next;
    }
    const turn = rng.uniform();
    let dealt = 0;
    for (let k = 0; k <= i; k++) {
      const below = k === i || left === 0 ? 1 : (1 - this.#seenAbove(k + 1, theta, frailty)) / (1 - above);
      // Shares of an interval may turn back a little where own work gives way to waits.
      const upTo = Math.min(left, Math.max(dealt, Math.ceil(left * below - turn)));
      counts[k] = upTo - dealt;
      dealt = upTo;
    }
  }

  /** The same law, cheaper for very few. */
  #dealOneByOne(count: number, rng: Rng, theta: number, frailty: number): void {
    const { counts, size } = this;
    counts.fill(0, 0, size);
    for (let k = 0; k < count; k++) {
      const seen = rng.uniform();
      let i = size - 1;
      while (i > 0 && this.#seenAbove(i, theta, frailty) <= seen) i--;
      counts[i] = (counts[i] as number) + 1;
    }
  }

  /** Share that the interval sees above an edge: who is there by his own work is so in every interval. */
  #seenAbove(edge: number, theta: number, frailty: number): number {
    if (theta === 0) return 1 - (this.below[edge] as number);
    if (!this.#hasLogs) this.#setLogs();
    const own = this.#own[edge] as number;
    return own + (1 - own) * seenShare(this.#logsAbove[edge] as number, theta, frailty);
  }

  #setLogs(): void {
    for (let i = 1; i <= this.size; i++) {
      const own = this.#own[i] as number;
      this.#logsAbove[i] = Math.log(Math.max(0, (1 - (this.below[i] as number) - own) / (1 - own)));
    }
    this.#hasLogs = true;
  }

  /** Closes a stratum, at the SLO too if that comes first. @param heavierS mean latency times share of those above @param own their share by their own work alone */
  #cut(below: number, heavierS: number, own: number): void {
    const sloBelow = 1 - this.#sloAbove;
    if (this.goodSize === 0 && sloBelow > 0 && sloBelow <= below) {
      this.#close(sloBelow, this.#sloHeavierS, this.#sloOwn);
      this.goodSize = this.size;
    }
    this.#close(below, heavierS, own);
  }

  #close(below: number, heavierS: number, own: number): void {
    const share = below - (this.below[this.size] as number);
    if (share <= 0) return;
    const lowestS = this.size === 0 ? 0 : (this.meanS[this.size - 1] as number); // differences round, and so do tables
    this.meanS[this.size] = Math.max(lowestS, (this.#heavierS - heavierS) / share);
    this.below[++this.size] = below;
    this.#own[this.size] = own;
    this.#heavierS = heavierS;
  }

  /** Cuts exactly at `SHARES`: waits do not depend on the work, so each stretch between two latencies without a wait is one exponential. */
  #cutAtShares(): void {
    const { valuesS, shares } = this.#work;
    const law = this.#law;
    const scale = law[LAW.scale] as number;
    const shift = law[LAW.shift] as number;
    const chance = law[LAW.chance] as number;
    const delayS = law[LAW.delayS] as number;
    let i = -1;
    let waiting = 0; // share of those with less work whose latency is longer than value i
    let more = 1; // share of those with more work
    let moreS = this.#work.meanS * scale + shift; // and their latency without a wait, times the share
    let atS = 0;
    let nextS = (valuesS[0] as number) * scale + shift;
    let decay = 0;
    for (let k = 1; k < SHARES.length - 1; k++) {
      const above = 1 - (SHARES[k] as number);
      for (;;) {
        decay = delayS > 0 && i >= 0 ? Math.exp(-(nextS - atS) / delayS) : 0;
        if (i + 1 >= valuesS.length || waiting * decay + more <= above) break;
        i++;
        const share = shares[i] as number;
        waiting = waiting * decay + chance * share;
        more -= share;
        moreS -= share * nextS;
        atS = nextS;
        nextS = i + 1 < valuesS.length ? (valuesS[i + 1] as number) * scale + shift : Infinity;
        if (waiting + more <= above) break;
      }
      const restMore = Math.max(0, more);
      const edgeS = waiting + restMore <= above ? atS : Math.min(nextS, atS - delayS * Math.log((above - restMore) / waiting));
      const still = edgeS === atS ? waiting : waiting * Math.exp(-(edgeS - atS) / delayS);
      const excessS = delayS * still + Math.max(0, moreS - restMore * edgeS) + restMore * chance * delayS;
      this.#cut(1 - above, edgeS * above + excessS, restMore);
    }
  }

  /** Cuts near `SHARES`, where the law's shape was tabulated. */
  #cutStretched(totalS: number): void {
    const { below, heavier, own } = this.#stretched;
    for (let k = 0; k < below.length; k++) this.#cut(below[k] as number, totalS * (heavier[k] as number), own[k] as number);
  }

  /** As below where cores are shared, from the table: nobody waits, but for those who came before. */
  #lookStretched(latencyS: number): void {
    const scale = this.#law[LAW.scale] as number;
    this.#stretched.compute((this.#law[LAW.stretch] as number) / scale, latencyS / scale);
    this.#above = this.#stretched.above;
    this.#ownAbove = this.#stretched.ownAbove;
    this.#excessS = this.#stretched.excess * scale;
  }

  /** Share of latencies above one, and their mean excess over it times that share, where cores are not shared. */
  #look(latencyS: number): void {
    this.#ownAbove = 0;
    if (latencyS === Infinity) {
      this.#above = 0;
      this.#excessS = 0;
      return;
    }
    const { valuesS, shares } = this.#work;
    const law = this.#law;
    const scale = law[LAW.scale] as number;
    const shift = law[LAW.shift] as number;
    const chance = law[LAW.chance] as number;
    let above = 0;
    let excessS = 0;
    const delayS = law[LAW.delayS] as number;
    for (let i = valuesS.length - 1; i >= 0; i--) {
      const value = valuesS[i] as number;
      const share = shares[i] as number;
      const atS = value * scale + shift;
      if (latencyS < atS) {
        above += share;
        this.#ownAbove += share;
        excessS += share * (atS - latencyS + chance * delayS);
      } else if (delayS > 0) {
        const far = (latencyS - atS) / delayS;
        if (far > FARTHEST) break; // of less work even more
        const waiting = share * chance * Math.exp(-far);
        above += waiting;
        excessS += waiting * delayS;
      }
    }
    this.#above = Math.min(1, above);
    this.#excessS = excessS;
  }
}

/** Less than e to the minus this is nothing beside 1. */
const FARTHEST = 37;

/** Laws that differ by less, relatively, have the same strata. */
const SAME = 1e-9;

/** How many of `n` succeed, by inversion: for few. @param chance of each */
export function binomial(n: number, chance: number, { uniform }: Pick<Rng, "uniform">): number {
  if (!(chance > 0)) return 0;
  if (chance >= 1) return n;
  const odds = chance / (1 - chance);
  let left = uniform();
  let part = Math.exp(n * Math.log(1 - chance));
  let count = 0;
  while (left > part && count < n) {
    left -= part;
    count++;
    part *= ((n - count + 1) / count) * odds;
  }
  return count;
}
