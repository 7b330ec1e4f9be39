/**
 * The GPUs of one replica that works by steps: each does its share of every step, and all wait for the slowest. What they do and draw is
 * shared equally among the requests that run.
 */
import type { Simulation } from "../../kernel/index.ts";
import type { Request } from "../cluster/request-pool.ts";
import type { Device, Drawn } from "./device.ts";
import type { Activity } from "./gpu-power.ts";
import type { Used } from "./replica-port.ts";

export class Lockstep {
  readonly devices: readonly Device[];
  readonly #simulation: Simulation;
  /** When the stretch under way began; NaN without one. */
  #startS = Number.NaN;
  /** As they were last asked. */
  #clockHz: number;
  #linkLeft: number;
  // Of all stretches that ended: seconds, the same for each who ran, and joules and grams that one place has drawn.
  #busyS = 0;
  #memberS = 0;
  #placeJ = 0;
  #placeG = 0;

  /** @param options.paceChanged called when the slowest clock or link is another one */
  constructor(
    simulation: Simulation,
    devices: readonly Device[],
    { weightsB, paceChanged }: { readonly weightsB: number; readonly paceChanged: () => void },
  ) {
    this.#simulation = simulation;
    this.devices = devices;
    this.#clockHz = this.clockHz;
    this.#linkLeft = this.linkLeft;
    const changed = (): void => {
      if (this.#clockHz === this.clockHz && this.#linkLeft === this.linkLeft) return;
      this.#ask();
      paceChanged();
    };
    for (const device of devices) device.hold({ weightsB: weightsB / devices.length, paceChanged: changed });
  }

  /** The slowest. */
  get clockHz(): number {
    if (this.devices.length === 1) return (this.devices[0] as Device).clockHz;
    let slowestHz = Infinity;
    for (const { clockHz } of this.devices) slowestHz = Math.min(slowestHz, clockHz);
    return slowestHz;
  }

  /** The slowest, if all did this now. */
  clockHzFor(activity: Activity): number {
    return Math.min(...this.devices.map(({ clock }) => clock.hzFor(activity)));
  }

  get greatestHz(): number {
    return (this.devices[0] as Device).clock.clocksHz.at(-1) as number;
  }

  /** What faults have left of the bandwidth of the slowest link, where there is more than one GPU. */
  get linkLeft(): number {
    if (this.devices.length === 1) return 1;
    return Math.min(...this.devices.map(({ linkFactor }) => linkFactor));
  }

  #ask(): void {
    this.#clockHz = this.clockHz;
    this.#linkLeft = this.linkLeft;
  }

  get startS(): number {
    return this.#startS;
  }

  used(running: number): Used {
    const openS = Number.isNaN(this.#startS) ? 0 : this.#simulation.nowS - this.#startS;
    const busyS = this.#busyS + openS;
    return { gpuS: this.devices.length * busyS, busyS, memberS: this.#memberS + openS * running };
  }

  run(activity: Exclude<Activity, "idle">): void {
    this.#startS = this.#simulation.nowS;
    for (const device of this.devices) device.run(activity);
    this.#ask();
  }

  /** The stretch under way ends: each who ran held one of its places all the time. */
  rest(running: number): void {
    const spentS = this.#simulation.nowS - this.#startS;
    for (const device of this.devices) {
      const { energyJ, carbonG } = device.rest();
      this.#placeJ += energyJ / running;
      this.#placeG += carbonG / running;
    }
    this.#startS = Number.NaN;
    this.#busyS += spentS;
    this.#memberS += spentS * running;
  }

  /** From now on it shares in what is drawn. */
  join(request: Request): void {
    request.phiStartJ = this.#placeJ;
    request.carbonStartG = this.#placeG;
  }

  /** It is given its share of the stretches that have ended. */
  leave(request: Request): void {
    request.energyJ += this.#placeJ - request.phiStartJ;
    request.carbonG += this.#placeG - request.carbonStartG;
  }

  /** What those who run have drawn and not been given yet. */
  drawn(running: Iterable<{ readonly request: Request }>): Drawn {
    let energyJ = 0;
    let carbonG = 0;
    for (const device of Number.isNaN(this.#startS) ? [] : this.devices) {
      const open = device.stretch();
      energyJ += open.energyJ;
      carbonG += open.carbonG;
    }
    for (const { request } of running) {
      energyJ += this.#placeJ - request.phiStartJ;
      carbonG += this.#placeG - request.carbonStartG;
    }
    return { energyJ, carbonG };
  }
}
