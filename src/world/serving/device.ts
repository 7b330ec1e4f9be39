/**
 * A GPU in a server: its watts by what it does and by its clock, integrated exactly between changes. Processes may hold it, of which one
 * works at a time. A device draws nothing while it is lost or its server is not up.
 */
import type { Simulation } from "../../kernel/index.ts";
import type { Server } from "../cluster/server.ts";
import { type MeterRates, ServerMeter } from "../cluster/server-meter.ts";
import type { Metered } from "../cluster/site.ts";
import { type ClockOptions, cappedClockHz, GpuClock } from "./gpu-clock.ts";
import { gpuWattsAt } from "./gpu-kind.ts";
import { ACTIVITIES, type Activity } from "./gpu-power.ts";
import { Turns } from "./turns.ts";

export interface DeviceOptions extends ClockOptions {
  /** Its server's name and its place there: `west/0/gpu0`. */
  readonly name: string;
  readonly kindName: string;
  readonly server: Server;
}

/** Dynamic joules and grams of a stretch of work. */
export interface Drawn {
  readonly energyJ: number;
  readonly carbonG: number;
}

export class Device implements Metered {
  readonly options: DeviceOptions;
  readonly server: Server;
  readonly meter = new ServerMeter();
  readonly clock: GpuClock;
  /** At the greatest clock that the cap lets it have. */
  readonly peakW: number;
  powerW = 0;
  /** What faults leave of the bandwidth of its link: 1 while it is whole. */
  linkFactor = 1;
  /** Called after each change of its watts for which someone asked for rows. */
  listener: ((device: Device) => void) | undefined = undefined;
  /** For processes that share it. */
  readonly turns: Turns;
  isHeld = false;
  /** Weights of the processes on it. */
  heldB = 0;
  /** The processes on it, told when its clock or its link has changed. */
  readonly #listeners: (() => void)[] = [];
  #activity: Activity = "idle";
  readonly #simulation: Simulation;
  /** By clock, each worked out once. */
  readonly #heldByClock = new Map<number, Readonly<Record<Activity, MeterRates>>>();
  /** By fault: those for which it is gone, and what each leaves of its link. */
  readonly #lostBy = new Set<string>();
  readonly #linkFactors = new Map<string, number>();
  /** Up to when the meter knows its joules. */
  #bookedS = 0;
  // The stretch of work under way: its dynamic watts, its joules in the same steps as the meter's, and up to which of them the grams are closed.
  #dynamicW = 0;
  #stretchJ = 0;
  #markedJ = 0;
  #markedG = 0;
  /** Grams of the board, and up to which of its joules they are closed. */
  #boardG = 0;
  #boardJ = 0;

  constructor(simulation: Simulation, options: DeviceOptions) {
    this.options = options;
    this.server = options.server;
    this.#simulation = simulation;
    this.turns = new Turns(simulation);
    const { kind, powerCapW = Infinity } = options;
    this.clock = new GpuClock(simulation, options, () => this.#changed());
    this.peakW = Math.max(...ACTIVITIES.map((each) => gpuWattsAt(kind, cappedClockHz(kind, powerCapW, each), each)));
    this.#settle();
  }

  /** In effect now: a cap on its watts may ask for another one when it begins to work or to rest. */
  get clockHz(): number {
    return this.clock.hz;
  }

  get isUp(): boolean {
    return this.server.isUp && this.#lostBy.size === 0;
  }

  get isBusy(): boolean {
    return this.#activity !== "idle";
  }

  /** Bytes that weights may take. */
  get weightsB(): number {
    return this.options.kind.memory - this.options.kind.overhead;
  }

  /** A process with so many weights stays on the device, for good. */
  hold({ weightsB, paceChanged }: { readonly weightsB: number; readonly paceChanged: () => void }): void {
    this.heldB += weightsB;
    if (this.heldB > this.weightsB * (1 + ROUNDING)) throw new Error(`${this.options.name} is overcommitted`);
    this.isHeld = true;
    this.#listeners.push(paceChanged);
    this.#settle();
  }

  /** Orders another clock, which is set once the switch latency has passed. @returns why not, or undefined. */
  orderClock(clockHz: number): string | undefined {
    const { kindName, name } = this.options;
    if (!this.clock.clocksHz.includes(clockHz)) return `${kindName} has no clock of ${clockHz} Hz`;
    if (!this.isUp) return `${name} is not up`;
    this.clock.order(clockHz);
    return undefined;
  }

  /** Multiplies the bandwidth of its link; 1 restores. */
  slowLink(fault: string, factor: number): void {
    if (factor === 1) this.#linkFactors.delete(fault);
    else this.#linkFactors.set(fault, factor);
    this.linkFactor = [...this.#linkFactors.values()].reduce((product, each) => product * each, 1);
    for (const changed of this.#listeners) changed();
  }

  /** It falls off the bus; `empty` takes out what runs on it. It is gone while any fault holds it. */
  lose(fault: string, empty: () => void): void {
    this.#lostBy.add(fault);
    if (this.#lostBy.size > 1) return;
    empty();
    this.#settle();
  }

  restore(fault: string): void {
    if (!this.#lostBy.delete(fault)) throw new Error(`fault ${fault} does not hold ${this.options.name}`);
    this.#settle();
  }

  /** Grams of all joules that the meter has. */
  get boardG(): number {
    return this.#boardG + (this.meter.wallJ - this.#boardJ) * this.server.options.intensity.gPerJ;
  }

  /** The process works from now on. */
  run(activity: Exclude<Activity, "idle">): void {
    this.#activity = activity;
    this.clock.work(activity);
    this.#settle();
    this.#stretchJ = 0;
    this.#markedJ = 0;
    this.#markedG = 0;
  }

  /** The process waits from now on. @returns what the stretch of work drew. */
  rest(): Drawn {
    const drawn = this.stretch();
    this.#activity = "idle";
    this.clock.work("idle");
    this.#settle();
    return drawn;
  }

  /** What the stretch of work under way has drawn so far. */
  stretch(): Drawn {
    const energyJ = this.#stretchJ + this.#dynamicW * (this.#simulation.nowS - this.#bookedS);
    return { energyJ, carbonG: this.#markedG + (energyJ - this.#markedJ) * this.server.options.intensity.gPerJ };
  }

  /** Its server came up or went down. */
  serverChanged(): void {
    this.#settle();
  }

  sync(): void {
    const { nowS } = this.#simulation;
    const dtS = nowS - this.#bookedS;
    if (dtS <= 0) return;
    this.meter.advance(dtS);
    this.#stretchJ += this.#dynamicW * dtS;
    this.#bookedS = nowS;
  }

  markCarbon(gPerJ: number): void {
    this.sync();
    this.#markedG += (this.#stretchJ - this.#markedJ) * gPerJ;
    this.#markedJ = this.#stretchJ;
    this.#boardG += (this.meter.wallJ - this.#boardJ) * gPerJ;
    this.#boardJ = this.meter.wallJ;
  }

  /** Joules up to now are booked at the old watts, and what runs goes on at the new speed. */
  #changed(): void {
    this.#settle();
    for (const changed of this.#listeners) changed();
  }

  /** What the meter is to count at the present clock, by activity, while it is up and held: asked at each step of an engine. */
  #heldRates(): Readonly<Record<Activity, MeterRates>> {
    const found = this.#heldByClock.get(this.clockHz);
    if (found !== undefined) return found;
    const made = Object.fromEntries(ACTIVITIES.map((each) => [each, this.#ratesOf(each)])) as Record<Activity, MeterRates>;
    this.#heldByClock.set(this.clockHz, made);
    return made;
  }

  #ratesOf(activity: Activity): MeterRates {
    const { isUp, isHeld, clockHz } = this;
    const { kind } = this.options;
    const staticW = !isUp ? 0 : isHeld ? gpuWattsAt(kind, clockHz, "idle") : kind.idle;
    const isBusy = activity !== "idle";
    const requestW = isBusy ? gpuWattsAt(kind, clockHz, activity) - staticW : 0;
    return {
      wallW: staticW + requestW,
      requestW,
      jobW: 0,
      idleW: isHeld ? 0 : staticW,
      reservedIdleW: isHeld ? staticW : 0,
      psuLossW: 0,
      usedCores: isBusy ? 1 : 0,
      workRate: 0,
      isUp,
    };
  }

  #settle(): void {
    this.sync();
    const rates = this.isUp && this.isHeld ? this.#heldRates()[this.#activity] : this.#ratesOf(this.#activity);
    this.#dynamicW = rates.requestW;
    this.powerW = rates.wallW;
    this.meter.set(rates);
    if (this.listener !== undefined) this.listener(this);
  }
}

/** Sums of weights round at every term. */
const ROUNDING = 1e-12;
