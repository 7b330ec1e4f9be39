/**
 * The clock of one GPU: the one that was set, and the one in effect, which heat, a cap on the board's watts or a fault may hold
 * elsewhere. Semantics: docs/serving.md.
 */
import { PHASE, type Simulation } from "../../kernel/index.ts";
import { type GpuKindSpec, gpuClocksHz, gpuWattsAt } from "./gpu-kind.ts";
import { ACTIVITIES, type Activity } from "./gpu-power.ts";

export interface ClockOptions {
  readonly kind: GpuKindSpec;
  /** Set at the start. */
  readonly clockHz: number;
  /** The most that the board may draw, W; absent: no cap. */
  readonly powerCapW?: number | undefined;
}

export class GpuClock {
  /** Those that may be set, rising. */
  readonly clocksHz: readonly number[];
  /** Times that another one was set. */
  switchCount = 0;
  /** The clock last ordered: it is set now, or will be after the switch latency. */
  #orderedHz: number;
  #setHz: number;
  #hz: number;
  /** By fault. */
  readonly #ceilingsHz = new Map<string, number>();
  readonly #stuckHz = new Map<string, number>();
  /** The greatest clock within the cap, by what runs. */
  readonly #cappedHz: Readonly<Record<Activity, number>>;
  #activity: Activity = "idle";
  /** Without heat and cap; and without the cap alone. */
  #wantedHz: number;
  #coolHz: number;
  // Up to the last change: seconds at each of `clocksHz`, and at less than the clock wanted.
  readonly #clocksS: Float64Array;
  #throttledS = 0;
  #changedS = 0;
  readonly #simulation: Simulation;
  readonly #switchLatencyS: number;
  readonly #changed: () => void;
  readonly #onSwitch = (clockHz: number): void => this.#set(clockHz);

  /** @param changed told when another clock is in effect, but for `work`, whose caller knows */
  constructor(simulation: Simulation, { kind, clockHz, powerCapW = Infinity }: ClockOptions, changed: () => void) {
    this.#simulation = simulation;
    this.#changed = changed;
    this.#switchLatencyS = kind.switchLatency;
    this.clocksHz = gpuClocksHz(kind);
    this.#clocksS = new Float64Array(this.clocksHz.length);
    this.#cappedHz = Object.fromEntries(ACTIVITIES.map((each) => [each, cappedClockHz(kind, powerCapW, each)])) as Record<Activity, number>;
    this.#orderedHz = clockHz;
    this.#setHz = clockHz;
    this.#wantedHz = clockHz;
    this.#coolHz = clockHz;
    this.#hz = Math.min(clockHz, this.#cappedHz.idle);
  }

  /** In effect. */
  get hz(): number {
    return this.#hz;
  }

  /** The clock that was set. */
  get setHz(): number {
    return this.#setHz;
  }

  /** In effect if the board did this now. */
  hzFor(activity: Activity): number {
    return Math.min(this.#coolHz, this.#cappedHz[activity]);
  }

  /** Orders another clock, which is set once the switch latency has passed. */
  order(clockHz: number): void {
    if (clockHz === this.#orderedHz) return;
    this.#orderedHz = clockHz;
    this.#simulation.schedule(this.#switchLatencyS, PHASE.control, this.#onSwitch, clockHz);
  }

  /** From now on the board does this, for which the cap may ask for another clock: at once. */
  work(activity: Activity): void {
    this.#activity = activity;
    this.#update();
  }

  /** No higher than this while `fault` lasts; undefined: it is over. */
  limit(fault: string, clockHz: number | undefined): void {
    hold(this.#ceilingsHz, fault, clockHz);
    this.#renew();
  }

  /** At this clock whatever is set, while `fault` lasts; undefined: it is over. Of several the least. */
  stick(fault: string, clockHz: number | undefined): void {
    hold(this.#stuckHz, fault, clockHz);
    this.#renew();
  }

  /** Seconds at each of `clocksHz`, up to now. */
  get residencyS(): Float64Array {
    const secondsS = this.#clocksS.slice();
    const now = this.clocksHz.indexOf(this.#hz);
    secondsS[now] = (secondsS[now] as number) + this.#simulation.nowS - this.#changedS;
    return secondsS;
  }

  /** The clock in effect over time, hertz x seconds, up to now. */
  get hzS(): number {
    return this.residencyS.reduce((sum, timeS, i) => sum + timeS * (this.clocksHz[i] as number), 0);
  }

  /** Seconds at less than the clock that was set, or that it is stuck at, for heat or watts, up to now. */
  get throttledS(): number {
    return this.#throttledS + (this.#hz < this.#wantedHz ? this.#simulation.nowS - this.#changedS : 0);
  }

  #set(clockHz: number): void {
    this.#setHz = clockHz;
    this.switchCount++;
    this.#renew();
  }

  #renew(): void {
    this.#close(); // as it was wanted so far
    this.#wantedHz = this.#stuckHz.size > 0 ? Math.min(...this.#stuckHz.values()) : this.#setHz;
    this.#coolHz = Math.min(this.#wantedHz, ...this.#ceilingsHz.values());
    if (this.#update()) this.#changed();
  }

  /** @returns whether another clock is in effect now */
  #update(): boolean {
    const hz = this.hzFor(this.#activity);
    if (hz === this.#hz) return false;
    this.#close();
    this.#hz = hz;
    return true;
  }

  #close(): void {
    this.#throttledS = this.throttledS;
    this.#clocksS.set(this.residencyS);
    this.#changedS = this.#simulation.nowS;
  }
}

function hold(holds: Map<string, number>, fault: string, clockHz: number | undefined): void {
  if (clockHz === undefined) holds.delete(fault);
  else holds.set(fault, clockHz);
}

/** The greatest clock at which the board draws no more than the cap; the least of all where each draws more: refused before. */
export function cappedClockHz(kind: GpuKindSpec, powerCapW: number, activity: Activity): number {
  const clocksHz = gpuClocksHz(kind);
  return clocksHz.findLast((hz) => gpuWattsAt(kind, hz, activity) <= powerCapW) ?? (clocksHz[0] as number);
}
