/**
 * How much is in one replica of a fluid service: a number of requests, not requests. Hot: bench/learn-envs.ts.
 *
 * Between two plans all rates are constant. The number follows the pointwise stationary fluid flow approximation, d(number)/dt =
 * arrivals - what a stationary queue of that number serves (Wang, Tipper & Banerjee, A simple approximation for modeling nonstationary
 * queues, IEEE INFOCOM 1996), in implicit Euler steps: a replica works as hard as the stationary queue that it leaves behind. Where
 * the load stays that is the stationary queue itself, however long a step; above capacity the number grows by what is too much, and
 * comes down again as it is served.
 *
 * What chance adds to the mean goes along beside it, linearized, so that it favours no side: means stay means.
 */

import { LAW, LAW_SIZE } from "./latency-law.ts";
import { correlationOfNext, setSeen, varianceKept } from "./restless.ts";
import { Station, type StationOptions } from "./station.ts";
import type { WorkLaw } from "./work-law.ts";

export interface Inflow {
  /** Until the next plan, seconds. */
  stepS: number;
  /** Requests that come, in the mean; and by how much the work that does come differs from their mean work, in requests. */
  expected: number;
  surprise: number;
  /** Squared coefficient of variation of the gaps between them. */
  gapCv2: number;
  /** Of the interval that this is of: how long it is, and how full it is beside others, standard normal; NaN if nobody sees it. */
  intervalS: number;
  level: number;
  /** Replicas that get as much, each with a queue of its own: together they are less restless. */
  replicas: number;
}

/** Relative to the number, and of one request. */
const ALIKE = 1e-9;

export class Flow {
  /** Law of the latency of those who come until the next plan. */
  readonly law = new Float64Array(LAW_SIZE);
  readonly #station: Station;
  readonly #work: WorkLaw;
  readonly #workS: number;
  readonly #isShared: boolean;
  /** Mean number in the replica; the part of it that no queue of a lesser load would leave, for it is beyond capacity; what chance added. */
  #number = 0;
  #backlog = 0;
  #chance = 0;
  /** Correlation of its level with that of the next interval. */
  #memory = 0;
  /** Load of what is no backlog, as of station.ts, and requests of it that run. */
  #x = 0;
  #running = 0;
  // The plan: changes a second, and what would be served without chance.
  #numberRate = 0;
  #backlogRate = 0;
  #surpriseRate = 0;
  #servedRate = 0;

  constructor(options: StationOptions) {
    this.#station = new Station(options);
    this.#work = options.work;
    this.#workS = options.work.meanS;
    this.#isShared = options.slots === Infinity;
  }

  /** Requests in it, chance included. */
  get content(): number {
    return Math.max(0, this.#number + this.#chance);
  }

  /** Correlation of an interval's level with the last one's. */
  get memory(): number {
    return this.#memory;
  }

  /** Those of them that run, mean. */
  get running(): number {
    return this.#running;
  }

  /** Plans a step; returns the cores that it keeps busy. @param coreSpeed reference-core seconds a second */
  plan(inflow: Inflow, cores: number, coreSpeed: number): number {
    const { stepS, expected, surprise, gapCv2 } = inflow;
    const station = this.#station;
    station.set(cores, gapCv2);
    const perS = (station.capacity * coreSpeed) / this.#workS;
    const could = perS * stepS;
    const total = this.#number + expected;
    const x = total > 0 ? station.solve(total, could, this.#x) : 0;
    const served = total > 0 ? could * (x / (1 + x)) : 0;
    const all = Math.min(could, Math.max(0, served + this.#passing(x, could) * (this.#chance + surprise)));
    const backlog = Math.max(0, this.#backlog + expected - could);
    this.#setLaw(x, { stationary: Math.max(0, total - served - backlog), backlog, perS, coreSpeed });
    this.#setSeen(inflow, perS);
    this.#numberRate = (expected - served) / stepS;
    this.#backlogRate = (backlog - this.#backlog) / stepS;
    this.#surpriseRate = surprise / stepS;
    this.#servedRate = served / stepS;
    return (all * this.#workS) / (coreSpeed * stepS);
  }

  /** Does it hold what another does, but for rounding? Then one plan serves both: replicas of a service are mostly alike. */
  isLike(other: Flow): boolean {
    const bound = ALIKE * (1 + this.#number);
    return (
      Math.abs(this.#number - other.#number) <= bound &&
      Math.abs(this.#backlog - other.#backlog) <= bound &&
      Math.abs(this.#chance - other.#chance) <= bound
    );
  }

  /** Takes over the plan of one that is like it and has the same inflow, cores and speed. */
  planAs(other: Flow): void {
    this.#x = other.#x;
    this.#memory = other.#memory;
    this.#running = other.#running;
    this.#numberRate = other.#numberRate;
    this.#backlogRate = other.#backlogRate;
    this.#surpriseRate = other.#surpriseRate;
    this.#servedRate = other.#servedRate;
    for (let i = 0; i < LAW_SIZE; i++) this.law[i] = other.law[i] as number;
  }

  /** Plans the way out of one that gets nothing any more: as hard as it works, until it is empty. @returns busy cores, and for how long */
  planEnd(cores: number, coreSpeed: number): { readonly busyCores: number; readonly lastsS: number } {
    const station = this.#station;
    station.set(cores, 1);
    const perS = (station.capacity * coreSpeed) / this.#workS;
    const stationary = this.#number - this.#backlog;
    const x = stationary > 0 ? station.solve(stationary, 0, this.#x) : 0;
    const latencyS = x > 0 ? (stationary * (1 + x)) / (perS * x) : this.#workS / coreSpeed;
    const lastsS = Math.max(this.#backlog / perS + latencyS, this.content / perS);
    this.#numberRate = -this.#number / lastsS;
    this.#backlogRate = -this.#backlog / lastsS;
    this.#surpriseRate = 0;
    this.#servedRate = this.#number / lastsS;
    return { busyCores: (this.content * this.#workS) / (coreSpeed * lastsS), lastsS };
  }

  /** Nothing happens in it until the next plan: no core is busy. */
  rest(): number {
    this.#numberRate = 0;
    this.#backlogRate = 0;
    this.#surpriseRate = 0;
    this.#servedRate = 0;
    this.#running = 0;
    return 0;
  }

  /** All that was in it is gone. */
  empty(): void {
    this.#number = 0;
    this.#backlog = 0;
    this.#chance = 0;
    this.#x = 0;
    this.rest();
  }

  /** Goes `dtS` on with the plan. @param served what was, in mean requests */
  advance(dtS: number, served: number): void {
    this.#number = Math.max(0, this.#number + this.#numberRate * dtS);
    this.#backlog = Math.max(0, this.#backlog + this.#backlogRate * dtS);
    this.#chance += (this.#surpriseRate + this.#servedRate) * dtS - served;
  }

  /** Share of one more request that is through by the end of the step, for it raises the load that the step ends with. */
  #passing(x: number, could: number): number {
    return could / (could + this.#station.slope * (1 + x) * (1 + x));
  }

  /** @param x of the whole number, as `at` was last asked; `stationary` is the number without the backlog, both at the step's end */
  #setLaw(x: number, now: { stationary: number; backlog: number; perS: number; coreSpeed: number }): void {
    const station = this.#station;
    const { law } = this;
    const { stationary, backlog, perS, coreSpeed } = now;
    this.#x = backlog > 0 ? station.solve(stationary, 0, x) : x;
    const throughput = (perS * this.#x) / (1 + this.#x);
    const inSlots = stationary - station.waiting;
    const aloneS = 1 / coreSpeed; // of a reference second of work
    const behindS = (this.#backlog + backlog) / 2 / perS;
    const perWorkS = throughput > 0 ? Math.max(aloneS, inSlots / throughput / this.#workS) : aloneS;
    this.#running = this.#isShared ? stationary + backlog : inSlots;
    if (this.#isShared) {
      law[LAW.scale] = aloneS + behindS / this.#workS;
      law[LAW.shift] = 0;
      law[LAW.chance] = 1;
      law[LAW.delayS] = 0;
      law[LAW.stretch] = perWorkS - aloneS;
      return;
    }
    const { waiting, waitChance } = station;
    law[LAW.scale] = perWorkS;
    law[LAW.shift] = behindS;
    law[LAW.chance] = waiting > 0 ? waitChance : 0;
    law[LAW.delayS] = waiting > 0 ? waiting / throughput / waitChance : 0;
    law[LAW.stretch] = 0;
  }

  /**
   * What an interval sees. The number in the system forgets at the rate at which a little more or less of it is served, perS d rho / d number;
   * in M/M/1 its means keep (1 + rho) times what that says (Whitt, Planning queueing simulations, Management Science 35(11), 1989).
   */
  #setSeen({ intervalS, level, replicas }: Inflow, perS: number): void {
    const { law } = this;
    const x = this.#x;
    const isSeen = !Number.isNaN(level) && x > 0;
    const forgetS = ((1 + x / (1 + x)) * this.#station.slope * (1 + x) * (1 + x)) / perS;
    const part = isSeen ? this.#sharedPart() : 0;
    // Two latencies that are long are so together where both have it from what they share.
    setSeen(law, isSeen ? (varianceKept(intervalS / forgetS) * part * part) / replicas : 0, level);
    this.#memory = isSeen && forgetS > 0 ? correlationOfNext(intervalS / forgetS) : 0;
  }

  /** Part of the latencies' variance that comes with how full the replica is; the rest is each request's own work. */
  #sharedPart(): number {
    const { law } = this;
    const { meanS, cv2 } = this.#work;
    const scale = law[LAW.scale] as number;
    const stretch = law[LAW.stretch] as number;
    const chance = law[LAW.chance] as number;
    const delayS = law[LAW.delayS] as number;
    const waitS2 = chance * (2 - chance) * delayS * delayS;
    const shared = waitS2 + meanS * meanS * (1 + cv2) * stretch * stretch;
    const own = meanS * meanS * cv2 * (scale + stretch) * (scale + stretch);
    return shared > 0 ? shared / (shared + own) : 0;
  }
}
