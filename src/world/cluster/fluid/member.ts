/** A replica of a fluid service: what is in it, and what of it is booked. Hot: bench/learn-envs.ts. */
import { type EventId, NO_EVENT } from "../../../kernel/index.ts";
import type { Replica } from "../replica.ts";
import { Batches } from "./batches.ts";
import type { Flow } from "./flow.ts";

/** Steps of the golden ratio spread rounding evenly. */
const GOLDEN = 0.6180339887498949;
export class Member {
  readonly replica: Replica;
  readonly flow: Flow;
  readonly batches = new Batches();
  /** Share of the arrivals that it gets. */
  share = 0;
  /** Whole requests in it. */
  open = 0;
  /** Work of each of them, in requests of mean work: flows go by the work. */
  requestWork = 1;
  /** Position between two whole numbers at which it rounds down. */
  turn = 0;
  drained: EventId = NO_EVENT;
  // Of its container, what was there at the last look.
  vMark = 0;
  energyMarkJ = 0;
  carbonMarkG = 0;

  constructor(replica: Replica, flow: Flow) {
    this.replica = replica;
    this.flow = flow;
  }

  /** Leaves as many whole requests in it as its flow says; returns how many have ended. */
  round(): number {
    this.turn += this.turn + GOLDEN < 1 ? GOLDEN : GOLDEN - 1;
    const left = Math.min(this.open, Math.floor(this.flow.content / this.requestWork + this.turn));
    const ended = this.open - left;
    this.open = left;
    return ended;
  }

  /** Whole requests of it that run. */
  get running(): number {
    return Math.min(this.open, Math.floor(this.flow.running / this.requestWork + this.turn));
  }
}
