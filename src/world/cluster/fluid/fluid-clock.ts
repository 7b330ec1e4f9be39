/**
 * The intervals of fluid services that have the same length: all end and begin at one event, and each server shares its cores once.
 * Hot: bench/learn-envs.ts.
 */
import { PHASE, type Simulation } from "../../../kernel/index.ts";

/** What goes by intervals. Each is called of all before the next is called of any. */
export interface IntervalTaker {
  /** Books what was. */
  endInterval(): void;
  /** Draws and plans what comes before `toS`. */
  beginInterval(toS: number): void;
  /** Lets servers share their cores as planned. */
  settle(): void;
}

export class FluidClock {
  readonly #simulation: Simulation;
  readonly #intervalS: number;
  readonly #takers: IntervalTaker[] = [];
  #count = 0;
  readonly #onTick = (): void => this.#tick();

  constructor(simulation: Simulation, intervalS: number) {
    this.#simulation = simulation;
    this.#intervalS = intervalS;
  }

  /** From time 0 on. */
  join(taker: IntervalTaker): void {
    if (this.#takers.push(taker) === 1) this.#simulation.schedule(0, PHASE.arrive, this.#onTick);
  }

  #tick(): void {
    const takers = this.#takers;
    const toS = ++this.#count * this.#intervalS;
    for (let i = 0; i < takers.length; i++) (takers[i] as IntervalTaker).endInterval();
    for (let i = 0; i < takers.length; i++) (takers[i] as IntervalTaker).beginInterval(toS);
    for (let i = 0; i < takers.length; i++) (takers[i] as IntervalTaker).settle();
    this.#simulation.scheduleAt(toS, PHASE.arrive, this.#onTick);
  }
}
