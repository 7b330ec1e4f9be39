/**
 * A part of a replica on its device: batches pass through it one after another, in turns with those of the device's other residents.
 * What is under way is rescaled when the clock changes.
 */
import { type EventId, NO_EVENT, PHASE, type Simulation } from "../../kernel/index.ts";
import type { Device, Drawn } from "./device.ts";
import type { Activity } from "./gpu-power.ts";
import type { Part } from "./partition.ts";
import type { Taker } from "./turns.ts";

/** What a batch spent on a stage. */
export interface Spent extends Drawn {
  readonly spentS: number;
}

export interface StageListener {
  /** The stage's turn has come. @returns work of what it takes up, seconds of the whole model alone at the greatest clock; undefined: nothing */
  turnCame(stage: Stage): number | undefined;
  /** What it had taken up has passed; the next turn is open. */
  passed(stage: Stage, spent: Spent): void;
}

export class Stage implements Taker {
  /** Its place among those of the replica, from 0. */
  readonly index: number;
  readonly device: Device;
  /** Time with a batch, of those that have passed. */
  #busyS = 0;
  readonly #simulation: Simulation;
  readonly #part: Part;
  readonly #activity: Exclude<Activity, "idle">;
  readonly #listener: StageListener;
  readonly #onEnd = (): void => this.#pass();
  /** When the last batch began. */
  startS = 0;
  /** What was left of the work at `#paceS`, at the greatest clock, and how much longer it takes since. */
  #leftS = 0;
  #paceS = 0;
  #slowdown = 1;
  #end: EventId = NO_EVENT;

  constructor(
    simulation: Simulation,
    place: { readonly index: number; readonly device: Device; readonly part: Part },
    activity: Exclude<Activity, "idle">,
    listener: StageListener,
  ) {
    this.index = place.index;
    this.device = place.device;
    this.#part = place.part;
    this.#activity = activity;
    this.#simulation = simulation;
    this.#listener = listener;
    this.device.hold({ weightsB: place.part.weightsB, paceChanged: () => this.#clockChanged() });
  }

  get isRunning(): boolean {
    return this.#end !== NO_EVENT;
  }

  /** Up to now. */
  get busyS(): number {
    return this.#busyS + this.spentS;
  }

  /** Since the batch under way began; 0 without one. */
  get spentS(): number {
    return this.isRunning ? this.#simulation.nowS - this.startS : 0;
  }

  /** A batch is ready for it. */
  ask(): void {
    this.device.turns.ask(this);
  }

  begin(): void {
    const workS = this.#listener.turnCame(this);
    if (workS === undefined) {
      this.device.turns.release();
      return;
    }
    this.startS = this.#simulation.nowS;
    this.device.run(this.#activity);
    this.#end = this.#simulation.schedule(this.#pace(this.#part.share * workS), PHASE.finish, this.#onEnd);
  }

  /** What the batch under way has drawn here so far. */
  drawn(): Drawn {
    return this.isRunning ? this.device.stretch() : NOTHING;
  }

  /** Gives up its turns; what is under way is lost. @returns what that has spent */
  stop(): Spent {
    const spent = this.isRunning ? this.#close() : NOTHING;
    this.device.turns.withdraw(this);
    return spent;
  }

  #pass(): void {
    const spent = this.#close();
    this.device.turns.release();
    this.#listener.passed(this, spent);
  }

  #close(): Spent {
    const { spentS } = this;
    this.#busyS += spentS;
    this.#simulation.cancel(this.#end);
    this.#end = NO_EVENT;
    return { spentS, ...this.device.rest() };
  }

  /** From now on the clock decides how long the rest takes. @returns so many seconds */
  #pace(leftS: number): number {
    this.#leftS = leftS;
    this.#paceS = this.#simulation.nowS;
    this.#slowdown = this.#part.slowdownAt(this.device.clockHz);
    return leftS * this.#slowdown;
  }

  #clockChanged(): void {
    if (!this.isRunning || this.#slowdown === this.#part.slowdownAt(this.device.clockHz)) return;
    const doneS = (this.#simulation.nowS - this.#paceS) / this.#slowdown;
    this.#end = this.#simulation.reschedule(this.#end, this.#pace(Math.max(0, this.#leftS - doneS)));
  }
}

const NOTHING: Spent = { spentS: 0, energyJ: 0, carbonG: 0 };
