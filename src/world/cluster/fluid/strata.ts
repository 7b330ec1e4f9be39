/**
 * The latencies of a stretch of requests as a few strata: which share of them, and its mean latency. Hot: bench/fluid.ts.
 *
 * A latency is (its work) x scale + shift + a wait that is 0 or, with some chance, exponential: of first come, first served that is
 * exact in M/M/c, and elsewhere has the right mean. With processor sharing the second part grows with the work, as
 * exponential as the number that a short request finds (Kleinrock, Queueing Systems II, 1976, 4.4: a request's mean
 * latency is proportional to its work). Work is a law of single values (work-law.ts).
 */
import { type Stretched, stretchedOf } from "./stretched.ts";
import { SHARES, type WorkLaw } from "./work-law.ts";

/** Numbers of a latency's law, in this order, wherever they are kept. */
export const LAW = { scale: 0, shift: 1, chance: 2, delayS: 3, stretch: 4 } as const;
export const LAW_SIZE = 5;

/** One for each cell of `SHARES`, and one more where the SLO divides one. */
export const STRATA_MOST = SHARES.length;

export class Strata {
  /** Share of requests below each edge, and the mean latency between two edges, seconds. */
  readonly below = new Float64Array(STRATA_MOST + 1);
  readonly meanS = new Float64Array(STRATA_MOST);
  count = 0;
  /** How many of them meet the SLO: the first ones. */
  goodCount = 0;
  readonly #work: WorkLaw;
  readonly #law = new Float64Array(LAW_SIZE).fill(Number.NaN);
  #sloS = Number.NaN;
  readonly #stretched: Stretched;
  /** Of all above the SLO: their share, and its product with their mean latency. */
  #sloAbove = 0;
  #sloHeavierS = 0;
  // What `look` found: share above a latency, and mean excess over it.
  #above = 0;
  #excessS = 0;
  /** Mean latency times share, of all above the edge that was set last. */
  #heavierS = 0;

  constructor(work: WorkLaw) {
    this.#work = work;
    this.#stretched = stretchedOf(work);
  }

  /** Strata of the law at `at` of `laws`; no stratum has latencies on both sides of the SLO. */
  compute(laws: Float64Array, at: number, sloS: number): void {
    const law = this.#law;
    if (sloS === this.#sloS && areAlike(laws, at, law, 0)) return;
    for (let i = 0; i < LAW_SIZE; i++) law[i] = laws[at + i] as number;
    this.#sloS = sloS;
    const scale = law[LAW.scale] as number;
    const chance = law[LAW.chance] as number;
    this.below[0] = 0;
    this.count = 0;
    this.goodCount = 0;
    this.#look(sloS);
    this.#sloAbove = this.#above;
    this.#sloHeavierS = sloS < Infinity ? sloS * this.#above + this.#excessS : 0;
    this.#heavierS =
      this.#work.meanS * (scale + (law[LAW.stretch] as number) * chance) +
      (law[LAW.shift] as number) +
      chance * (law[LAW.delayS] as number);
    if (law[LAW.stretch] === 0) this.#cutAtShares();
    else this.#cutStretched(this.#heavierS);
    this.#cut(1, 0);
  }

  /** Closes a stratum, at the SLO too if that comes first. @param heavierS mean latency times share of those above */
  #cut(below: number, heavierS: number): void {
    const sloBelow = 1 - this.#sloAbove;
    if (this.goodCount === 0 && sloBelow > 0 && sloBelow <= below) {
      this.#close(sloBelow, this.#sloHeavierS);
      this.goodCount = this.count;
    }
    this.#close(below, heavierS);
  }

  #close(below: number, heavierS: number): void {
    const share = below - (this.below[this.count] as number);
    if (share <= 0) return;
    const lowestS = this.count === 0 ? 0 : (this.meanS[this.count - 1] as number); // differences round, and so do tables
    this.meanS[this.count] = Math.max(lowestS, (this.#heavierS - heavierS) / share);
    this.below[++this.count] = below;
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
      this.#cut(1 - above, edgeS * above + excessS);
    }
  }

  /** Cuts near `SHARES`, where the law's shape was tabulated. */
  #cutStretched(totalS: number): void {
    const { below, heavier } = this.#stretched;
    this.#stretched.compute((this.#law[LAW.stretch] as number) / (this.#law[LAW.scale] as number));
    for (let k = 0; k < below.length; k++) this.#cut(below[k] as number, totalS * (heavier[k] as number));
  }

  /** Share of latencies above one, and their mean excess over it times that share. */
  #look(latencyS: number): void {
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
    for (let i = 0; i < valuesS.length; i++) {
      const value = valuesS[i] as number;
      const share = shares[i] as number;
      const atS = value * scale + shift;
      const delayS = (law[LAW.delayS] as number) + value * (law[LAW.stretch] as number);
      if (latencyS < atS) {
        above += share;
        excessS += share * (atS - latencyS + chance * delayS);
      } else if (delayS > 0) {
        const waiting = share * chance * Math.exp(-(latencyS - atS) / delayS);
        above += waiting;
        excessS += waiting * delayS;
      }
    }
    this.#above = Math.min(1, above);
    this.#excessS = excessS;
  }
}

/** Laws that differ by less, relatively, are alike: those of replicas that came at different times. */
const ALIKE = 1e-9;

/** Are the laws at two places of two arrays alike? */
export function areAlike(a: Float64Array, aAt: number, b: Float64Array, bAt: number): boolean {
  for (let i = 0; i < LAW_SIZE; i++) {
    const value = b[bAt + i] as number;
    if (!(Math.abs((a[aAt + i] as number) - value) <= ALIKE * value)) return false;
  }
  return true;
}
