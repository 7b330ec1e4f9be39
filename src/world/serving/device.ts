/**
 * A GPU in a server: its watts by what it does, integrated exactly between changes. One process may hold it. A device
 * draws nothing while its server is not up.
 */
import type { Simulation } from "../../kernel/index.ts";
import type { Server } from "../cluster/server.ts";
import { ServerMeter } from "../cluster/server-meter.ts";
import type { Metered } from "../cluster/site.ts";
import { clockRatio, type GpuKindSpec } from "./gpu-kind.ts";
import { ACTIVITIES, type Activity, gpuPowerW } from "./gpu-power.ts";

export interface DeviceOptions {
  /** Its server's name and its place there: `west/0/gpu0`. */
  readonly name: string;
  readonly kindName: string;
  readonly kind: GpuKindSpec;
  readonly server: Server;
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
  readonly peakW: number;
  powerW = 0;
  /** Called after each change of its watts for which someone asked for rows. */
  listener: ((device: Device) => void) | undefined = undefined;
  #hasProcess = false;
  #activity: Activity = "idle";
  readonly #simulation: Simulation;
  readonly #wattsOf: Readonly<Record<Activity, number>>;
  /** Up to when the meter knows its joules. */
  #bookedS = 0;
  // The stretch of work under way: its dynamic watts, its joules in the same steps as the meter's, and up to which of them the grams are closed.
  #dynamicW = 0;
  #stretchJ = 0;
  #markedJ = 0;
  #markedG = 0;

  constructor(simulation: Simulation, options: DeviceOptions) {
    this.options = options;
    this.server = options.server;
    this.#simulation = simulation;
    const { kind, clockHz } = options;
    const watts = ACTIVITIES.map((activity) => [activity, gpuPowerW(kind.power, clockRatio(kind, clockHz), activity)]);
    this.#wattsOf = Object.fromEntries(watts) as Record<Activity, number>;
    this.peakW = Math.max(...Object.values(this.#wattsOf));
    this.#settle();
  }

  get isBusy(): boolean {
    return this.#activity !== "idle";
  }

  /** Bytes that weights may take. */
  get weightsB(): number {
    return this.options.kind.memory - this.options.kind.overhead;
  }

  /** A process takes the device, for good. */
  hold(): void {
    if (this.#hasProcess) throw new Error(`${this.options.name} is taken`);
    this.#hasProcess = true;
    this.#settle();
  }

  get isHeld(): boolean {
    return this.#hasProcess;
  }

  /** The process works from now on. */
  run(activity: Exclude<Activity, "idle">): void {
    this.#activity = activity;
    this.#settle();
    this.#dynamicW = this.#wattsOf[activity] - this.#wattsOf.idle;
    this.#stretchJ = 0;
    this.#markedJ = 0;
    this.#markedG = 0;
  }

  /** The process waits from now on. @returns what the stretch of work drew. */
  rest(): Drawn {
    const drawn = this.stretch();
    this.#activity = "idle";
    this.#dynamicW = 0;
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
  }

  #settle(): void {
    this.sync();
    const isUp = this.server.isUp;
    const staticW = !isUp ? 0 : this.#hasProcess ? this.#wattsOf.idle : this.options.kind.idle;
    const requestW = this.isBusy ? this.#wattsOf[this.#activity] - staticW : 0;
    this.powerW = staticW + requestW;
    this.meter.set({
      wallW: this.powerW,
      requestW,
      jobW: 0,
      idleW: this.#hasProcess ? 0 : staticW,
      reservedIdleW: this.#hasProcess ? staticW : 0,
      psuLossW: 0,
      usedCores: this.isBusy ? 1 : 0,
      workRate: 0,
      isUp,
    });
    if (this.listener !== undefined) this.listener(this);
  }
}
