/** Those who share a device take turns on it: one at a time, first come by when they were ready. */
import { type EventId, NO_EVENT, PHASE, type Simulation } from "../../kernel/index.ts";

export interface Taker {
  /** The device is the taker's from now on, until it releases it. */
  begin(): void;
}

export class Turns {
  readonly #simulation: Simulation;
  #taker: Taker | undefined = undefined;
  #line: Taker[] = [];
  #next: EventId = NO_EVENT;
  readonly #onNext = (): void => this.#callNext();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** Nobody has the device or waits for it. */
  get isFree(): boolean {
    return this.#taker === undefined && this.#line.length === 0;
  }

  /** The taker is ready: its turn is now, or when those before it have had theirs. */
  ask(taker: Taker): void {
    if (!this.isFree) {
      this.#line.push(taker);
      return;
    }
    this.#taker = taker;
    taker.begin();
  }

  /** The turn ends. The next begins once all else at that instant has happened. */
  release(): void {
    this.#taker = undefined;
    if (this.#line.length > 0 && this.#next === NO_EVENT) this.#next = this.#simulation.schedule(0, PHASE.control, this.#onNext);
  }

  /** Takes all that the taker asked for out of the line, and its turn away. */
  withdraw(taker: Taker): void {
    this.#line = this.#line.filter((each) => each !== taker);
    if (this.#taker === taker) this.release();
  }

  #callNext(): void {
    this.#next = NO_EVENT;
    if (this.#taker !== undefined) return; // all who waited had withdrawn, and one came since
    this.#taker = this.#line.shift();
    this.#taker?.begin();
  }
}
