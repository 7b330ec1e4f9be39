/** Integral and mean over time of a value that jumps. Exact: it is updated at every change, never sampled. */
import { Sum } from "../kernel/index.ts";

export class TimeAverage {
  #area = new Sum();
  #fromS: number;
  #lastS: number;
  #value: number;

  constructor(startS: number, value: number) {
    this.#fromS = startS;
    this.#lastS = startS;
    this.#value = value;
  }

  get value(): number {
    return this.#value;
  }

  /** The value is `value` from `nowS` on. Time must not go back. */
  set(value: number, nowS: number): void {
    if (nowS < this.#lastS) throw new RangeError(`time went back from ${this.#lastS} s to ${nowS} s`);
    this.#area.add(this.#value * (nowS - this.#lastS));
    this.#lastS = nowS;
    this.#value = value;
  }

  /** Value times seconds, from the start or the last `restart` to `nowS`. */
  integral(nowS: number): number {
    this.set(this.#value, nowS);
    return this.#area.value;
  }

  /** Integral over elapsed time; NaN before any time has passed. */
  mean(nowS: number): number {
    return this.integral(nowS) / (nowS - this.#fromS);
  }

  /** Forgets what was before `nowS`, such as a warm-up, and keeps the value. */
  restart(nowS: number): void {
    this.#area = new Sum();
    this.#fromS = nowS;
    this.#lastS = nowS;
  }
}
