/**
 * A GPU in a server: its watts by what it does and by its clock, integrated exactly between changes. Processes may hold it, of which one
 * works at a time. A device draws nothing while its server is not up.
 */
import { PHASE, type Simulation } from "../../kernel/index.ts";
import type { Server } from "../cluster/server.ts";
import { ServerMeter } from "../cluster/server-meter.ts";
import type { Metered } from "../cluster/site.ts";
import { clockRatio, type GpuKindSpec, gpuClocksHz } from "./gpu-kind.ts";
import { ACTIVITIES, type Activity, gpuPowerW } from "./gpu-power.ts";
import { Turns } from "./turns.ts";

export interface DeviceOptions {
  /** Its server's name and its place there: `west/0/gpu0`. */
  readonly name: string;
  readonly kindName: string;
  readonly kind: GpuKindSpec;
  readonly server: Server;
  /** At the start. */
  readonly clockHz: number;
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
  /** At the greatest clock. */
  readonly peakW: number;
  /** Those that may be set, rising. */
  readonly clocksHz: readonly number[];
  clockHz: number;
  switchCount = 0;
  powerW = 0;
  /** Called after each change of its watts for which someone asked for rows. */
  listener: ((device: Device) => void) | undefined = undefined;
  /** For processes that share it. */
  readonly turns: Turns;
  isHeld = false;
  /** Weights of the processes on it. */
  heldB = 0;
  /** The processes on it, told when its clock has changed. */
  readonly #listeners: (() => void)[] = [];
  #activity: Activity = "idle";
  readonly #simulation: Simulation;
  #wattsOf: Readonly<Record<Activity, number>>;
  /** The clock last ordered: it holds now, or will after the switch latency. */
  #orderedHz: number;
  readonly #onSwitch = (clockHz: number): void => this.#switch(clockHz);
  /** Seconds at each of `clocksHz` up to the last switch, and when that was. */
  readonly #clocksS: Float64Array;
  #switchedS = 0;
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
    const { kind, clockHz } = options;
    this.clocksHz = gpuClocksHz(kind);
    this.#clocksS = new Float64Array(this.clocksHz.length);
    this.clockHz = clockHz;
    this.#orderedHz = clockHz;
    this.#wattsOf = wattsAt(kind, clockHz);
    this.peakW = Math.max(...Object.values(wattsAt(kind, this.clocksHz.at(-1) as number)));
    this.#settle();
  }

  get isBusy(): boolean {
    return this.#activity !== "idle";
  }

  /** Bytes that weights may take. */
  get weightsB(): number {
    return this.options.kind.memory - this.options.kind.overhead;
  }

  /** A process with so many weights stays on the device, for good. */
  hold({ weightsB, clockChanged }: { readonly weightsB: number; readonly clockChanged: () => void }): void {
    this.heldB += weightsB;
    if (this.heldB > this.weightsB * (1 + ROUNDING)) throw new Error(`${this.options.name} is overcommitted`);
    this.isHeld = true;
    this.#listeners.push(clockChanged);
    this.#settle();
  }

  /** Orders another clock, which holds once the switch latency has passed. @returns why not, or undefined. */
  orderClock(clockHz: number): string | undefined {
    const { kind, kindName, name } = this.options;
    if (!this.clocksHz.includes(clockHz)) return `${kindName} has no clock of ${clockHz} Hz`;
    if (!this.server.isUp) return `${name} is not up`;
    if (clockHz === this.#orderedHz) return undefined;
    this.#orderedHz = clockHz;
    this.#simulation.schedule(kind.switchLatency, PHASE.control, this.#onSwitch, clockHz);
    return undefined;
  }

  /** Seconds at each of `clocksHz`, up to now. */
  get residencyS(): Float64Array {
    const secondsS = this.#clocksS.slice();
    const now = this.clocksHz.indexOf(this.clockHz);
    secondsS[now] = (secondsS[now] as number) + this.#simulation.nowS - this.#switchedS;
    return secondsS;
  }

  /** Its clock over time, hertz x seconds, up to now. */
  get clockHzS(): number {
    return this.residencyS.reduce((sum, timeS, i) => sum + timeS * (this.clocksHz[i] as number), 0);
  }

  /** Grams of all joules that the meter has. */
  get boardG(): number {
    return this.#boardG + (this.meter.wallJ - this.#boardJ) * this.server.options.intensity.gPerJ;
  }

  /** The process works from now on. */
  run(activity: Exclude<Activity, "idle">): void {
    this.#activity = activity;
    this.#settle();
    this.#stretchJ = 0;
    this.#markedJ = 0;
    this.#markedG = 0;
  }

  /** The process waits from now on. @returns what the stretch of work drew. */
  rest(): Drawn {
    const drawn = this.stretch();
    this.#activity = "idle";
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
  #switch(clockHz: number): void {
    this.#clocksS.set(this.residencyS);
    this.#switchedS = this.#simulation.nowS;
    this.switchCount++;
    this.clockHz = clockHz;
    this.#wattsOf = wattsAt(this.options.kind, clockHz);
    this.#settle();
    for (const changed of this.#listeners) changed();
  }

  #settle(): void {
    this.sync();
    const isUp = this.server.isUp;
    const staticW = !isUp ? 0 : this.isHeld ? this.#wattsOf.idle : this.options.kind.idle;
    const requestW = this.isBusy ? this.#wattsOf[this.#activity] - staticW : 0;
    this.#dynamicW = requestW;
    this.powerW = staticW + requestW;
    this.meter.set({
      wallW: this.powerW,
      requestW,
      jobW: 0,
      idleW: this.isHeld ? 0 : staticW,
      reservedIdleW: this.isHeld ? staticW : 0,
      psuLossW: 0,
      usedCores: this.isBusy ? 1 : 0,
      workRate: 0,
      isUp,
    });
    if (this.listener !== undefined) this.listener(this);
  }
}

/** Sums of weights round at every term. */
const ROUNDING = 1e-12;

function wattsAt(kind: GpuKindSpec, clockHz: number): Readonly<Record<Activity, number>> {
  const watts = ACTIVITIES.map((activity) => [activity, gpuPowerW(kind.power, clockRatio(kind, clockHz), activity)]);
  return Object.fromEntries(watts) as Record<Activity, number>;
}
